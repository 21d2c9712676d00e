"""The two-layer network of the examples, 500 steps, from the same start each time: torch, in ns, and its memory."""
import resource, statistics, time
import torch

torch.set_num_threads(2)
torch.manual_seed(0)
x, y = torch.randn(64, 1000), torch.randn(64, 10)
start1, start2 = torch.randn(1000, 100), torch.randn(100, 10)


def train(steps):
    w1 = start1.clone().requires_grad_()
    w2 = start2.clone().requires_grad_()
    for _ in range(steps):
        loss = (((x @ w1).relu() @ w2 - y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2):
                w -= 1e-6 * w.grad
                w.grad = None
    return loss.item()


train(20)
times = []
for _ in range(3):
    began = time.perf_counter()
    train(500)
    times.append(time.perf_counter() - began)
print(f"seed\ttorch\t{statistics.median(times) * 1e9}")
print(f"seed_peak_kib\ttorch\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
