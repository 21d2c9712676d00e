"""A plain RNN, hidden 32, batch 1, 100 steps, forward and backward, weights as in rnn.reel: torch, in ns."""
import statistics, time
import torch

torch.set_num_threads(2)
HIDDEN, STEPS, ROUNDS = 32, 100, 15
torch.manual_seed(0)


def uniform(*shape, scale):
    return (torch.rand(*shape) * 2 - 1) * scale


wh = uniform(HIDDEN, HIDDEN, scale=0.3).requires_grad_()
wx = uniform(HIDDEN, HIDDEN, scale=0.3).requires_grad_()
b = uniform(HIDDEN, scale=0.1).requires_grad_()
xs = [uniform(1, HIDDEN, scale=1.0) for _ in range(STEPS)]
start = uniform(1, HIDDEN, scale=0.5)


def step():
    h = start
    for x in xs:
        h = torch.tanh(x @ wx + h @ wh + b)
    (h * h).sum().backward()
    for w in (wh, wx, b):
        w.grad = None


for _ in range(3):
    step()
times = []
for _ in range(ROUNDS):
    began = time.perf_counter()
    step()
    times.append(time.perf_counter() - began)
print(f"rnn\ttorch\t{statistics.median(times) * 1e9}")
