"""The everyday operations, forward with backward, cases and sizes as in ops.reel: torch, in ns."""
import torch
import torch.nn.functional as F
from _time import timed

torch.set_num_threads(2)
torch.manual_seed(0)


def case(name, inputs, f):
    params = [x.clone().requires_grad_() for x in inputs]
    g = torch.randn_like(f(params).detach())

    def step():
        f(params).backward(g)
        for p in params:
            p.grad = None

    print(f"{name}\ttorch\t{timed(step)}")


randn, ones, zeros = torch.randn, torch.ones, torch.zeros
for size, side in (("1e2", 10), ("1e4", 100), ("1e6", 1000)):
    x = randn(side, side)
    classes = torch.randint(0, side, (side,))
    index = torch.randint(0, side, (side, side))
    case(f"softmax_{size}", (x,), lambda p: torch.softmax(p[0], -1))
    case(f"layer_norm_{size}", (x, ones(side), zeros(side)), lambda p: F.layer_norm(p[0], (side,), p[1], p[2]))
    case(f"cross_entropy_{size}", (x,), lambda p: F.cross_entropy(p[0], classes))
    case(f"sum_dim0_{size}", (x,), lambda p: p[0].sum(0))
    case(f"sum_dim1_{size}", (x,), lambda p: p[0].sum(1))
    case(f"var_dim0_{size}", (x,), lambda p: p[0].var(0))
    case(f"var_dim1_{size}", (x,), lambda p: p[0].var(1))
    case(f"transpose_{size}", (x,), lambda p: p[0].T.reshape(-1))
    case(f"gather_{size}", (x,), lambda p: torch.gather(p[0], 1, index))
    case(f"sort_{size}", (x,), lambda p: torch.sort(p[0], -1)[0])
    case(f"cumsum_{size}", (x,), lambda p: torch.cumsum(p[0], -1))
for size, n in (("1e2", 2), ("1e4", 156), ("1e6", 15625)):
    tokens = torch.randint(0, 1000, (n,))
    case(f"embedding_{size}", (randn(1000, 64),), lambda p: F.embedding(tokens, p[0]))
for size, shape in (("1e2", (4, 4, 3, 3)), ("1e4", (8, 8, 12, 12)), ("1e6", (32, 32, 32, 32))):
    c = shape[1]
    case(f"batch_norm_{size}", (randn(shape), ones(c), zeros(c)),
         lambda p: F.batch_norm(p[0], None, None, p[1], p[2], training=True))
for size, shape, out in (("1e2", (1, 1, 10, 10), 2), ("1e4", (4, 3, 32, 32), 16), ("1e5", (32, 3, 32, 32), 16)):
    case(f"conv2d_{size}", (randn(shape), randn(out, shape[1], 3, 3), randn(out)),
         lambda p: F.conv2d(p[0], p[1], p[2], padding=1))
for size, shape in (("1e2", (1, 1, 10, 10)), ("1e4", (4, 3, 32, 32)), ("1e6", (32, 32, 32, 32))):
    case(f"max_pool2d_{size}", (randn(shape),), lambda p: F.max_pool2d(p[0], 2))
for size, shape in (("1e2", (1, 2, 8, 8)), ("1e4", (1, 8, 32, 32)), ("1e5", (1, 8, 128, 64))):
    case(f"attention_{size}", (randn(shape), randn(shape), randn(shape)),
         lambda p: F.scaled_dot_product_attention(p[0], p[1], p[2]))
