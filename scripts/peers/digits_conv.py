"""The twin of examples/digits_conv.reel in PyTorch: three quarters of data/digits.npz to train with, two convolutions,
dropout and two linear layers, Adam from 2e-3 down half a cosine, batches of 64, 30 epochs."""

from pathlib import Path

import numpy as np
import torch
from common import accuracy, seeded
from torch import nn
from torch.nn import functional as F

seeded()
data = np.load(Path(__file__).parents[2] / "data" / "digits.npz")
x_all = torch.from_numpy(data["x"]).float()[:, None] / 16
y_all = torch.from_numpy(data["y"]).long()
order = torch.randperm(len(y_all))
tests = -(-len(y_all) // 4)
x, y = x_all[order[:-tests]], y_all[order[:-tests]]
x_test, y_test = x_all[order[-tests:]], y_all[order[-tests:]]

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Dropout(0.25),
    nn.Linear(32 * 4 * 4, 64), nn.ReLU(),
    nn.Linear(64, 10),
)  # fmt: skip
epochs = 30
optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=epochs)


def tested():
    model.eval()
    with torch.no_grad():
        scores = model(x_test)
    model.train()
    return scores


for epoch in range(1, epochs + 1):
    total = 0.0
    for at in torch.randperm(len(x)).split(64):
        loss = F.cross_entropy(model(x[at]), y[at])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += loss.item() * len(at)
    scheduler.step()
    if epoch % 5 == 0:
        print(f"epoch {epoch:2}: loss {total / len(y):.4f}, test accuracy {accuracy(tested(), y_test):.4f}")

print(f"test accuracy {accuracy(tested(), y_test):.4f}")
