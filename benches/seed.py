"""The two-layer network of the examples, 500 steps, from the same start each time: torch, numpy and jax.jit, in ns, and
each one's memory at its peak."""
import os, resource, statistics, sys, time

import numpy as np

rng = np.random.default_rng(0)


def normal(*size):
    return rng.standard_normal(size, dtype=np.float32)


x, y = normal(64, 1000), normal(64, 10)
start = normal(1000, 100), normal(100, 10)


def with_torch():
    import torch

    torch.set_num_threads(2)
    tx, ty = torch.from_numpy(x), torch.from_numpy(y)

    def train(steps):
        w1, w2 = (torch.from_numpy(w).clone().requires_grad_() for w in start)
        for _ in range(steps):
            loss = (((tx @ w1).relu() @ w2 - ty) ** 2).sum()
            loss.backward()
            with torch.no_grad():
                for w in (w1, w2):
                    w -= 1e-6 * w.grad
                    w.grad = None
        return loss.item()

    return train


def with_numpy():
    rate = np.float32(1e-6)

    def train(steps):
        w1, w2 = (w.copy() for w in start)
        for _ in range(steps):
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

    return train


def with_jax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax
    import jax.numpy as jnp

    def loss_of(w, x, y):
        return jnp.sum((jnp.maximum(x @ w[0], 0) @ w[1] - y) ** 2)

    @jax.jit
    def step(w, x, y):
        loss, g = jax.value_and_grad(loss_of)(w, x, y)
        return loss, tuple(w - 1e-6 * g for w, g in zip(w, g))

    jx, jy = jnp.asarray(x), jnp.asarray(y)

    def train(steps):
        w = tuple(jnp.asarray(w) for w in start)
        for _ in range(steps):
            loss, w = step(w, jx, jy)
        jax.block_until_ready(w)
        return float(loss)

    return train


for name in sys.argv[1:] or ["torch"]:
    train = {"torch": with_torch, "numpy": with_numpy, "jax": with_jax}[name]()
    train(20)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        train(500)
        times.append(time.perf_counter() - began)
    print(f"seed\t{name}\t{statistics.median(times) * 1e9}")
    print(f"seed_peak_kib\t{name}\t{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
