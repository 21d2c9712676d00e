"""Reference numbers for optimisers, learning rates and clipping, from PyTorch, in tests/golden/optim.npz.

Run by hand: `python3 scripts/golden_optim.py` (torch and numpy). The tests are tests/library/optim_*.reel, which run
the same cases by name:

- `x y w1 b1 w2 b2`: a net of 5, 7 (tanh) and 3 units and 20 examples, f64.
- `case/NAME`: (3, 66), all parameters one after another, after steps 1, 10 and 50 on the mean squared error.
- `rate/NAME`: (61, groups), the learning rates at first and after each of 60 steps; `momentum/NAME` likewise.
- `metric`: what the plateaus are given.
- `clip/…`: gradients, their norms of several orders, and what is left of them.
"""

import math
import pathlib

import numpy as np
import torch
from torch import optim
from torch.optim import lr_scheduler as lrs

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


class Lion(optim.Optimizer):
    """Algorithm 2 of "Symbolic discovery of optimization algorithms" (Chen and others, 2023), line by line."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                g = -w.grad if group["maximize"] else w.grad
                m = self.state[w].setdefault("m", torch.zeros_like(w))
                c = b1 * m + (1 - b1) * g
                w -= group["lr"] * (torch.sign(c) + group["weight_decay"] * w)
                m.copy_(b2 * m + (1 - b2) * g)


def start(rng):
    size = {"x": (20, 5), "y": (20, 3), "w1": (5, 7), "b1": (7,), "w2": (7, 3), "b2": (3,)}
    return {k: rng.standard_normal(s) * (0.5 if k[0] in "wb" else 1.0) for k, s in size.items()}


def train(data, make, skips, sign):
    x, y = torch.tensor(data["x"]), torch.tensor(data["y"])
    w1, b1, w2, b2 = ws = [torch.tensor(data[k], requires_grad=True) for k in ("w1", "b1", "w2", "b2")]
    opt = make(ws)

    def closure():
        opt.zero_grad()
        loss = sign * ((torch.tanh(x @ w1 + b1) @ w2 + b2 - y) ** 2).mean()
        loss.backward()
        return loss

    kept = []
    for t in range(1, 51):
        if isinstance(opt, optim.LBFGS):
            opt.step(closure)
        else:
            closure()
            if skips and t % 3 == 1:
                b1.grad = None
            opt.step()
        if t in (1, 10, 50):
            kept.append(torch.cat([w.detach().flatten() for w in ws]).numpy())
    return np.stack(kept)


def grouped(kind, **settings):
    return lambda ws: kind([{"params": ws[:2], "lr": 0.03}, {"params": ws[2:], "weight_decay": 0.1}], **settings)


def cases():
    """Name, what makes the optimiser, whether `b1` has no gradient in steps 1, 4, 7, …, and the sign of the loss."""
    plain = [
        ("sgd", optim.SGD, {"lr": 0.1}),
        ("sgd_momentum", optim.SGD, {"lr": 0.05, "momentum": 0.9}),
        ("sgd_dampening", optim.SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
        ("sgd_nesterov", optim.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.02}),
        ("adam", optim.Adam, {}),
        ("adam_decay", optim.Adam, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}),
        ("adam_amsgrad", optim.Adam, {"lr": 0.02, "amsgrad": True}),
        ("adam_decoupled", optim.Adam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        ("adamw", optim.AdamW, {"lr": 0.02}),
        ("adamw_amsgrad", optim.AdamW, {"lr": 0.02, "weight_decay": 0.2, "amsgrad": True}),
        ("adamax", optim.Adamax, {}),
        ("adamax_decay", optim.Adamax, {"lr": 0.02, "betas": (0.7, 0.9), "weight_decay": 0.1}),
        ("nadam", optim.NAdam, {}),
        ("nadam_decay", optim.NAdam, {"lr": 0.02, "weight_decay": 0.1, "momentum_decay": 0.01}),
        ("nadam_decoupled", optim.NAdam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        ("radam", optim.RAdam, {}),
        ("radam_decay", optim.RAdam, {"lr": 0.02, "betas": (0.8, 0.9), "weight_decay": 0.1}),
        ("radam_decoupled", optim.RAdam, {"lr": 0.02, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        ("adagrad", optim.Adagrad, {}),
        ("adagrad_decay", optim.Adagrad, {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.1,
                                          "initial_accumulator_value": 0.2, "eps": 1e-6}),
        ("adadelta", optim.Adadelta, {}),
        ("adadelta_decay", optim.Adadelta, {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}),
        ("rmsprop", optim.RMSprop, {}),
        ("rmsprop_momentum", optim.RMSprop, {"lr": 0.005, "alpha": 0.9, "momentum": 0.8, "weight_decay": 0.05}),
        ("rmsprop_centered", optim.RMSprop, {"lr": 0.005, "centered": True, "momentum": 0.5, "eps": 1e-6}),
        ("rprop", optim.Rprop, {}),
        ("rprop_settings", optim.Rprop, {"lr": 0.003, "etas": (0.4, 1.3), "step_sizes": (1e-5, 0.1)}),
        ("lion", Lion, {"lr": 0.01}),
        ("lion_decay", Lion, {"lr": 0.01, "betas": (0.8, 0.95), "weight_decay": 0.1}),
        # Where PyTorch itself carries 1e-15 at the start to less than 1e-10 at the end; with a rate of 0.5 it is 1e-7.
        ("lbfgs", optim.LBFGS, {"lr": 0.2, "max_iter": 3, "history_size": 5}),
        ("lbfgs_wolfe", optim.LBFGS, {"max_iter": 2, "history_size": 4, "line_search_fn": "strong_wolfe"}),
        ("lbfgs_evals", optim.LBFGS, {"lr": 0.2, "max_iter": 6, "max_eval": 3}),
    ]
    for name, kind, settings in plain:
        yield name, lambda ws, k=kind, s=settings: k(ws, **s), False, 1
    for kind in (optim.SGD, optim.Adam, optim.AdamW, optim.Adamax, optim.NAdam, optim.RAdam, optim.Adagrad,
                 optim.Adadelta, optim.RMSprop, optim.Rprop, Lion):
        name = kind.__name__.lower()
        more = {"momentum": 0.9} if kind in (optim.SGD, optim.RMSprop) else {}
        yield f"{name}_skips", lambda ws, k=kind, m=more: k(ws, lr=0.01, **m), True, 1
        yield f"{name}_maximize", lambda ws, k=kind, m=more: k(ws, lr=0.01, maximize=True, **m), False, -1
        if kind is not optim.Rprop:
            yield f"{name}_groups", grouped(kind, lr=0.01, **more), False, 1
    yield "lbfgs_maximize", lambda ws: optim.LBFGS(ws, lr=0.2, max_iter=3, maximize=True), False, -1


def schedules():
    """Name, what makes the scheduler, and the optimiser: two groups with rates 0.1 and 0.02."""
    def after(first, second, at):
        return lambda opt: lrs.SequentialLR(opt, [first(opt), second(opt)], [at])

    yield "step", lambda o: lrs.StepLR(o, 7, gamma=0.5), {}
    yield "multistep", lambda o: lrs.MultiStepLR(o, [5, 20, 20, 33], gamma=0.3), {}
    yield "constant", lambda o: lrs.ConstantLR(o), {}
    yield "constant_long", lambda o: lrs.ConstantLR(o, factor=0.25, total_iters=17), {}
    yield "linear", lambda o: lrs.LinearLR(o), {}
    yield "linear_down", lambda o: lrs.LinearLR(o, start_factor=0.9, end_factor=0.1, total_iters=40), {}
    yield "exponential", lambda o: lrs.ExponentialLR(o, 0.93), {}
    yield "polynomial", lambda o: lrs.PolynomialLR(o, total_iters=45, power=2.0), {}
    yield "polynomial_default", lambda o: lrs.PolynomialLR(o), {}
    yield "lambda", lambda o: lrs.LambdaLR(o, lambda t: 1 / (1 + t)), {}
    yield "lambda_groups", lambda o: lrs.LambdaLR(o, [lambda t: 0.9 ** t, lambda t: 1 + t]), {}
    yield "cosine", lambda o: lrs.CosineAnnealingLR(o, 20), {}
    yield "cosine_min", lambda o: lrs.CosineAnnealingLR(o, 35, eta_min=0.001), {}
    yield "restarts", lambda o: lrs.CosineAnnealingWarmRestarts(o, 9), {}
    yield "restarts_longer", lambda o: lrs.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.001), {}
    yield "onecycle", lambda o: lrs.OneCycleLR(o, 0.5, total_steps=61), {"momentum": 0.9}
    yield "onecycle_linear", lambda o: lrs.OneCycleLR(
        o, [0.5, 0.2], epochs=7, steps_per_epoch=9, pct_start=0.4, anneal_strategy="linear", div_factor=10,
        final_div_factor=100, three_phase=True, base_momentum=0.8, max_momentum=[0.9, 0.99]), {"momentum": 0.9}
    yield "onecycle_betas", lambda o: lrs.OneCycleLR(o, 0.5, total_steps=70), {"betas": (0.9, 0.99)}
    yield "onecycle_rate", lambda o: lrs.OneCycleLR(o, 0.5, total_steps=60, cycle_momentum=False), {}
    yield "warmup", after(lambda o: lrs.LinearLR(o, 0.1, total_iters=10), lambda o: lrs.CosineAnnealingLR(o, 50), 10), {}
    yield "sequence", lambda o: lrs.SequentialLR(
        o, [lrs.ConstantLR(o, 0.5, total_iters=8), lrs.ExponentialLR(o, 0.9), lrs.StepLR(o, 6)], [12, 30]), {}
    yield "two", lambda o: [lrs.LinearLR(o, 0.2, total_iters=10), lrs.ExponentialLR(o, 0.97)], {}
    yield "plateau", lambda o: lrs.ReduceLROnPlateau(o, patience=3, factor=0.5), {}
    yield "plateau_max", lambda o: lrs.ReduceLROnPlateau(
        o, mode="max", patience=1, threshold=0.05, threshold_mode="abs", cooldown=4, min_lr=[0.01, 0.001]), {}


def rates(make, settings, metric):
    ws = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    kind = optim.Adam if "betas" in settings else optim.SGD
    opt = kind([{"params": ws[0]}, {"params": ws[1], "lr": 0.02}], lr=0.1, **settings)
    made = make(opt)
    seen, momenta = [], []
    for t in range(61):
        seen.append([g["lr"] for g in opt.param_groups])
        momenta.append([g["betas"][0] if "betas" in g else g["momentum"] for g in opt.param_groups])
        if t == 60:
            break
        opt.step()
        for s in made if isinstance(made, list) else [made]:
            s.step(metric[t]) if isinstance(s, lrs.ReduceLROnPlateau) else s.step()
    return np.array(seen), np.array(momenta) if settings else None


def clipped(rng):
    grads = [rng.standard_normal(s) for s in ((3, 4), (5,), ())]
    out = {f"clip/grad{i}": g for i, g in enumerate(grads)}

    def fresh():
        ws = [torch.zeros(g.shape, requires_grad=True) for g in grads]
        for w, g in zip(ws, grads):
            w.grad = torch.tensor(g)
        return ws

    for order in (1.0, 2.0, 3.0, math.inf):
        for bound in (0.5, 100.0):
            ws = fresh()
            norm = torch.nn.utils.clip_grad_norm_(ws, bound, norm_type=order)
            out[f"clip/{order}/{bound}"] = np.concatenate([[norm.item()]] + [w.grad.flatten() for w in ws])
    ws = fresh()
    torch.nn.utils.clip_grad_value_(ws, 0.4)
    out["clip/value"] = np.concatenate([w.grad.flatten() for w in ws])
    return out


def main():
    rng = np.random.default_rng(4)
    out = start(rng)
    for name, make, skips, sign in cases():
        assert f"case/{name}" not in out
        out[f"case/{name}"] = train(out, make, skips, sign)
    out["metric"] = np.concatenate([1 / (1 + np.arange(20)), np.full(15, 0.05), np.sin(np.arange(25))])
    for name, make, settings in schedules():
        seen, momenta = rates(make, settings, out["metric"])
        out[f"rate/{name}"] = seen
        if momenta is not None:
            out[f"momentum/{name}"] = momenta
    out.update(clipped(rng))
    path = pathlib.Path(__file__).parent.parent / "tests/golden/optim.npz"
    np.savez_compressed(path, **out)
    print(f"{path}: {path.stat().st_size} bytes, {len(out)} arrays")


if __name__ == "__main__":
    main()
