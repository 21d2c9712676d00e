"""tanh-gelu, then its sum, forward and backward, sizes as in gelu.reel: jax.jit and torch, in ns."""
import os, sys
from _time import timed

SIZES = [("1e3", 1_000), ("1e6", 1_000_000), ("1e7", 10_000_000)]


def with_jax():
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(x):
        return jnp.sum(x * 0.5 * (jnp.tanh((x + x * x * x * 0.044715) * 0.7978845608) + 1.0))

    step = jax.jit(jax.value_and_grad(loss))

    def case(n, dtype):
        x = jax.random.uniform(jax.random.key(0), (n,), dtype=dtype, minval=-3.0, maxval=3.0)
        jax.block_until_ready(x)
        return timed(lambda: jax.block_until_ready(step(x)), 31)

    return case, jnp.float32, jnp.float64


def with_torch():
    import torch

    torch.set_num_threads(2)

    def case(n, dtype):
        x = (torch.rand(n, dtype=dtype) * 6 - 3).requires_grad_()

        def step():
            x.grad = None
            y = x * 0.5 * (torch.tanh((x + x * x * x * 0.044715) * 0.7978845608) + 1.0)
            loss = y.sum()
            loss.backward()
            return loss.item()

        return timed(step, 31)

    return case, torch.float32, torch.float64


for name in sys.argv[1:] or ["jax", "torch"]:
    case, f32, f64 = {"jax": with_jax, "torch": with_torch}[name]()
    for size, n in SIZES:
        print(f"gelu_{size}\t{name}\t{case(n, f32)}")
    print(f"gelu_f64_1e6\t{name}\t{case(1_000_000, f64)}")
