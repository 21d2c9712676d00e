"""The networks of layers.reel, 500 steps each: torch, in ns. Warm: a first step has imported what optimisers import."""
import statistics, time
import torch
from torch import nn

torch.set_num_threads(2)
torch.manual_seed(0)
x, y = torch.randn(64, 1000), torch.randn(64, 10)
mse = nn.MSELoss(reduction="sum")


class DynamicNet(nn.Module):
    def __init__(self, d_in, h, d_out):
        super().__init__()
        self.input = nn.Linear(d_in, h)
        self.middle = nn.Linear(h, h)
        self.output = nn.Linear(h, d_out)

    def forward(self, x, depth):
        active = self.input(x).relu()
        for _ in range(depth):
            active = self.middle(active).relu()
        return self.output(active)


def timed(train):
    train(20)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        train(500)
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e9


model = nn.Sequential(nn.Linear(1000, 100), nn.ReLU(), nn.Linear(100, 10))
adam = torch.optim.Adam(model.parameters(), lr=1e-4)


def with_adam(steps):
    for _ in range(steps):
        loss = mse(model(x), y)
        adam.zero_grad()
        loss.backward()
        adam.step()


net = DynamicNet(1000, 100, 10)
sgd = torch.optim.SGD(net.parameters(), lr=1e-5, momentum=0.9)


def dynamic(steps):
    for t in range(steps):
        loss = mse(net(x, t % 4), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()


print(f"adam\ttorch\t{timed(with_adam)}")
print(f"dynamic\ttorch\t{timed(dynamic)}")
