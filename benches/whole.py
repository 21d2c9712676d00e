"""A whole program, as whole.reel: torch or numpy, as the argument says."""
import sys


def with_torch():
    import torch

    torch.manual_seed(0)
    x, y = torch.randn(64, 1000), torch.randn(64, 10)
    w1, w2 = torch.randn(1000, 100, requires_grad=True), torch.randn(100, 10, requires_grad=True)
    for _ in range(500):
        loss = (((x @ w1).relu() @ w2 - y) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2):
                w -= 1e-6 * w.grad
                w.grad = None
    return loss.item()


def with_numpy():
    import numpy as np

    rng = np.random.default_rng(0)
    x, y, w1, w2 = (rng.standard_normal(s, dtype=np.float32) for s in ((64, 1000), (64, 10), (1000, 100), (100, 10)))
    rate = np.float32(1e-6)
    for _ in range(500):
        h = x @ w1
        active = np.maximum(h, 0)
        error = active @ w2 - y
        loss = np.square(error).sum()
        g = 2 * error
        grad2 = active.T @ g
        grad_h = g @ w2.T
        grad_h[h < 0] = 0
        w1 -= rate * (x.T @ grad_h)
        w2 -= rate * grad2
    return float(loss)


print(f"{ {'torch': with_torch, 'numpy': with_numpy}[sys.argv[1]]():.3f}")
