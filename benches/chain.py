"""A chain of operations on single numbers, each on the tape: torch's cost per operation, in ns."""
import sys, time, statistics
import torch

torch.set_num_threads(2)


def once(n):
    a = torch.tensor(0.99999, requires_grad=True)
    start = time.perf_counter()
    y = a
    for _ in range(n // 2):
        y = y * a
        y = y + 0.25
    forward = time.perf_counter() - start
    y.backward()
    both = time.perf_counter() - start
    return forward, both


for n, rounds in [(1_000, 15), (100_000, 1)]:
    once(1_000)
    times = [once(n) for _ in range(rounds)]
    print(f"chain_{n}_forward\ttorch\t{statistics.median(t[0] for t in times) / n * 1e9}")
    print(f"chain_{n}_both\ttorch\t{statistics.median(t[1] for t in times) / n * 1e9}")
