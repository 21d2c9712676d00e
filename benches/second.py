"""A chain of tanh on single numbers, with its first and second derivative: torch, in ns for each tanh."""
import torch
from _time import timed

torch.set_num_threads(2)
a, n = torch.tensor(0.75, requires_grad=True), 1000


def once():
    y = a
    for _ in range(n):
        y = torch.tanh(y)
    (first,) = torch.autograd.grad(y, a, create_graph=True)
    first.backward()
    second = a.grad.item()
    a.grad = None
    return second


print(f"second\ttorch\t{timed(once) / n}")
