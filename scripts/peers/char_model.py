"""The twin of examples/char_model.reel in PyTorch: the same rhyme, a context of 32, two blocks of size 64 with 4 heads,
300 steps of 32 pieces, AdamW at 3e-3, gradients clipped to a norm of 1."""

import torch
from common import accuracy, seeded
from torch import nn
from torch.nn import functional as F

beginnings = (
    "the house that jack built.",
    "the malt that lay in ",
    "the rat that ate ",
    "the cat that killed ",
    "the dog that worried ",
    "the cow with the crumpled horn that tossed ",
    "the maiden all forlorn that milked ",
    "the man all tattered and torn that kissed ",
    "the priest all shaven and shorn that married ",
    "the cock that crowed in the morn that waked ",
    "the farmer sowing his corn that kept ",
)
text, verse = "", ""
for beginning in beginnings:
    verse = beginning + verse
    text += "this is " + verse + "\n"

alphabet = sorted(set(text))
codes = {c: code for code, c in enumerate(alphabet)}
data = torch.tensor([codes[c] for c in text])
context = 32


class Block(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(size, heads, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.thought = nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size))

    def forward(self, x, mask):
        seen = self.norm1(x)
        found, _ = self.attention(seen, seen, seen, attn_mask=mask, need_weights=False)
        x = x + found
        return x + self.thought(self.norm2(x))


class CharModel(nn.Module):
    def __init__(self, size=64, heads=4, depth=2):
        super().__init__()
        self.characters = nn.Embedding(len(alphabet), size)
        self.places = nn.Embedding(context, size)
        self.blocks = nn.ModuleList(Block(size, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(size)
        self.next = nn.Linear(size, len(alphabet))

    def forward(self, x):
        time = x.shape[1]
        hidden = torch.ones(time, time).triu(1) == 1
        h = self.characters(x) + self.places(torch.arange(time))
        for block in self.blocks:
            h = block(h, hidden)
        return self.next(self.norm(h))


def pieces(starts):
    at = starts[:, None] + torch.arange(context)
    return data[at], data[at + 1]


seeded()
model = CharModel()
optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)

for step in range(1, 301):
    x, y = pieces(torch.randint(0, len(data) - context, (32,)))
    scores = model(x).transpose(1, 2)
    loss = F.cross_entropy(scores, y)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    if step % 50 == 0:
        right = (scores.argmax(1) == y).float().mean()
        print(f"step {step:3}: loss {loss:.4f}, accuracy {right:.3f}")

with torch.no_grad():
    written = [codes[c] for c in "this is the cow "]
    for _ in range(120):
        written.append(model(torch.tensor(written[-context:])[None])[0, -1].argmax().item())
    print("".join(alphabet[code] for code in written))
    x, y = pieces(torch.arange(len(data) - context))
    print(f"accuracy {accuracy(model(x)[:, -1], y[:, -1]):.4f}")
