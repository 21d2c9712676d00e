"""The twin of examples/rnn_sequences.reel in PyTorch: words of 3 to 16 brackets, one at a time, through an embedding of
8, an LSTM of 32 and a linear layer; 400 steps of 16 words, Adam at 0.01, gradients clipped to a norm of 1."""

import random

import torch
from common import seeded
from torch import nn
from torch.nn import functional as F


def balanced(word):
    depth = 0
    for bracket in word:
        depth += 1 if bracket == 0 else -1
        if depth < 0:
            return False
    return depth == 0


def draw():
    n = 2 * random.randrange(2, 9)
    word, depth = [], 0
    for left in range(n, 0, -1):
        opens = depth == 0 or (depth < left and random.randrange(2) == 0)
        word.append(0 if opens else 1)
        depth += 1 if opens else -1
    i, j = random.randrange(n), random.randrange(n)
    spoil = random.randrange(4)
    if spoil == 0:
        word[i], word[j] = word[j], word[i]
    if spoil == 1:
        word = word[:i] + word[i + 1 :]
    return word


class Reader(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.symbols = nn.Embedding(2, 8)
        self.memory = nn.LSTM(8, hidden)
        self.verdict = nn.Linear(hidden, 2)

    def forward(self, word):
        _, (last, _) = self.memory(self.symbols(torch.tensor(word)))
        return self.verdict(last[0])


seeded()
random.seed(torch.initial_seed())
model = Reader(32)
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)

total, right = 0.0, 0
for step in range(1, 401):
    loss = 0.0
    for _ in range(16):
        word = draw()
        truth = int(balanced(word))
        scores = model(word)
        loss = loss + F.cross_entropy(scores, torch.tensor(truth)) / 16
        right += int(scores.argmax() == truth)
    total += loss.item()
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    if step % 50 == 0:
        print(f"step {step:3}: loss {total / 50:.4f}, accuracy {right / (50 * 16):.3f}")
        total, right = 0.0, 0

hits = 0
with torch.no_grad():
    for _ in range(1000):
        word = draw()
        hits += bool(model(word).argmax() == 1) == balanced(word)
print(f"test accuracy {hits / 1000:.4f}")
