"""tanh-gelu, then its sum, forward and backward, on a million floats: jax.jit and torch, in ns."""
import statistics, sys, time

N, ROUNDS = 1_000_000, 15


def median(f):
    f()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e9


def with_jax():
    import os
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax
    import jax.numpy as jnp

    def loss(x):
        return jnp.sum(x * 0.5 * (jnp.tanh((x + x * x * x * 0.044715) * 0.7978845608) + 1.0))

    step = jax.jit(jax.value_and_grad(loss))
    x = jax.random.uniform(jax.random.key(0), (N,), minval=-3.0, maxval=3.0)
    jax.block_until_ready(x)
    return median(lambda: jax.block_until_ready(step(x)))


def with_torch():
    import torch

    torch.set_num_threads(2)
    x = (torch.rand(N) * 6 - 3).requires_grad_()

    def step():
        x.grad = None
        y = x * 0.5 * (torch.tanh((x + x * x * x * 0.044715) * 0.7978845608) + 1.0)
        loss = y.sum()
        loss.backward()
        return loss.item()

    return median(step)


for name in sys.argv[1:] or ["jax", "torch"]:
    print(f"gelu_{N}\t{name}\t{ {'jax': with_jax, 'torch': with_torch}[name]() }")
