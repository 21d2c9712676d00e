"""The twin of examples/spiral.reel in PyTorch: 200 points of each of 3 arms to train with and 100 to test with, an MLP
of 2, 64, 64 and 3 with ReLU, Adam at 0.01, batches of 64, 100 epochs."""

import math

import torch
from common import accuracy, seeded
from torch import nn
from torch.nn import functional as F


def spiral(n):
    radius = torch.linspace(0.1, 1, n)
    points = []
    for arm in range(3):
        angle = 2 * math.pi * arm / 3 + 5 * radius + 0.3 * torch.randn(n)
        points.append(torch.stack((radius * angle.cos(), radius * angle.sin()), dim=1))
    return torch.cat(points), torch.arange(3).repeat_interleave(n)


seeded()
x, y = spiral(200)
x_test, y_test = spiral(100)
model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)

for epoch in range(1, 101):
    order = torch.randperm(len(x))
    for at in order.split(64):
        loss = F.cross_entropy(model(x[at]), y[at])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if epoch % 20 == 0:
        with torch.no_grad():
            scores = model(x)
            print(f"epoch {epoch:3}: loss {F.cross_entropy(scores, y):.4f}, accuracy {accuracy(scores, y):.3f}")

with torch.no_grad():
    print(f"test accuracy {accuracy(model(x_test), y_test):.4f}")
