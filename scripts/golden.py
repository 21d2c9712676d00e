"""Reference numbers for the tests, from PyTorch and numpy. Called by scripts/golden, which says how.

For every sample of every operation: results and first gradients at f64; at f32 where they are not f64's rounded;
on integers and bools. Twelve digits are kept, as no test asks for more than ten.
"""

import json
import math
import os
import sys

import numpy as np
import torch

DTYPES = {"bool": torch.bool, "i64": torch.int64, "f16": torch.float16, "bf16": torch.bfloat16,
          "f32": torch.float32, "f64": torch.float64}
NAMES = {v: k for k, v in DTYPES.items()}
NAMES[torch.int32] = "i64"


def number(x):
    if isinstance(x, (bool, int)):
        return int(x)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    short = float(f"{x:.12g}")
    return int(short) if short == int(short) and abs(short) < 1e15 and math.copysign(1, short) > 0 else short


def tensor(spec):
    values = [float(v) for v in spec["v"]] if spec["dtype"][0] in "fb" and spec["dtype"] != "bool" else spec["v"]
    return torch.tensor(values, dtype=torch.float64 if spec["dtype"][0] == "f" else None).to(
        DTYPES[spec["dtype"]]).reshape(spec["dims"])


def argument(spec, leaves):
    """A sample's argument in Python; tensors are gathered in `leaves` by their position among the operands."""
    if isinstance(spec, dict) and "many" in spec:
        return tuple(argument(s, leaves) for s in spec["many"])
    if isinstance(spec, dict) and "dims" in spec:
        t = tensor(spec)
        if t.is_floating_point():
            t.requires_grad_()
        leaves[spec["operand"]] = t
        return t
    if isinstance(spec, dict) and "float" in spec:
        return float(spec["float"])
    if isinstance(spec, dict):
        return DTYPES[spec["name"]]
    return tuple(spec) if isinstance(spec, list) else spec


def outcome(python, specs, cotangents, stride):
    leaves = {}
    args = [argument(s, leaves) for s in specs]
    try:
        result = eval(python, {"torch": torch, "F": torch.nn.functional, "math": math, "np": np, "args": args})
    except Exception as e:  # What torch refuses Reel must refuse too.
        return {"raises": str(e).splitlines()[0][:120]}
    outs = list(result) if isinstance(result, (tuple, list)) else [result]
    outs = [y if isinstance(y, torch.Tensor) else torch.as_tensor(y) for y in outs]
    loss = 0
    for k, y in enumerate(outs):
        if y.is_floating_point() and y.requires_grad:
            places = (torch.arange(y.numel()) + k * stride) % len(cotangents)
            loss = loss + (y * cotangents[places].to(y.dtype).reshape(y.shape)).sum()
    grads = [None] * (max(leaves, default=-1) + 1)
    floats = [k for k, t in leaves.items() if t.is_floating_point()]
    if isinstance(loss, torch.Tensor) and loss.requires_grad:
        for k, g in zip(floats, torch.autograd.grad(loss, [leaves[k] for k in floats], allow_unused=True)):
            grads[k] = None if g is None else g.flatten().tolist()
    return {"out": [{"dtype": NAMES[y.dtype], "dims": list(y.shape), "v": y.detach().flatten().tolist()} for y in outs],
            "grad": grads}


def narrows(wide, narrow):
    """Whether the f32 outcome is what rounding the f64 one would give, up to a tenth of what tests allow."""
    if "raises" in wide or "raises" in narrow:
        return ("raises" in wide) == ("raises" in narrow)
    for a, b in zip(wide["out"], narrow["out"]):
        if b["dtype"] != ("f32" if a["dtype"] == "f64" else a["dtype"]) or not near(a["v"], b["v"]):
            return False
    return all((a is None) == (b is None) and (a is None or near(a, b)) for a, b in zip(wide["grad"], narrow["grad"]))


def near(a, b):
    a, b = np.array(a, dtype=np.float64), np.array(b, dtype=np.float64)
    finite = np.abs(a[np.isfinite(a)])
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= 1e-6 * (finite.max() if finite.size else 0)
    return bool(np.all(close | (a == b) | (np.isnan(a) & np.isnan(b))))


def shortened(o):
    if "raises" in o:
        return o
    grads = [g if g is None else [number(x) for x in g] for g in o["grad"]]
    outs = [{**y, "v": [number(x) for x in y["v"]]} for y in o["out"]]
    return {"out": outs, "grad": grads} if any(g is not None for g in grads) else {"out": outs}


def operations(samples, folder, only):
    os.makedirs(folder, exist_ok=True)
    cotangents = torch.tensor(samples["cotangents"], dtype=torch.float64)
    for op in samples["ops"]:
        if only and op["op"] not in only:
            continue
        lines = []
        for s in op["samples"]:
            entry = {"sample": s["sample"]}
            found = {v["dtype"]: outcome(op["python"], v["args"], cotangents, samples["stride"]) for v in s["variants"]}
            for dtype, o in found.items():
                if dtype != "f32" or not narrows(found["f64"], o):
                    entry[dtype] = shortened(o)
            lines.append(json.dumps(entry, separators=(",", ":")))
        with open(os.path.join(folder, op["op"] + ".json"), "w") as f:
            head = json.dumps({"op": op["op"], "python": op["python"], "torch": torch.__version__.split("+")[0]})
            f.write(head[:-1] + ', "samples": [\n' + ",\n".join(lines) + "\n]}\n")
    if not only:
        known = {op["op"] + ".json" for op in samples["ops"]}
        for name in os.listdir(folder):
            if name not in known:
                os.remove(os.path.join(folder, name))


OPERATORS = {"add": "a + b", "sub": "a - b", "mul": "a * b", "div": "a / b", "floor_div": "a // b", "rem": "a % b",
             "pow": "a ** b", "matmul": "a @ b", "eq": "a == b", "lt": "a < b", "maximum": "torch.maximum(a, b)",
             "where": "torch.where(torch.tensor([True]), a, b)", "logical_and": "torch.logical_and(a, b)"}


def promotion(path):
    """dtype and number of every operator on 3 and 2 in every pair of dtypes, and with a host number on either side."""
    hosts = {"bool": True, "int": 2, "float": 2.5}

    def of(code, a, b):
        try:
            y = eval(code, {"torch": torch, "a": a, "b": b})
        except Exception as e:  # Recorded: the test asks why Reel computes it.
            return {"raises": str(e).splitlines()[0][:80]}
        return {"dtype": NAMES[y.dtype], "v": number(y.flatten()[0].item())}

    table = {}
    for name, code in OPERATORS.items():
        rows = table[name] = {}
        for a, da in DTYPES.items():
            for b, db in DTYPES.items():
                rows[f"{a},{b}"] = of(code, torch.tensor([3]).to(da), torch.tensor([2]).to(db))
            if name not in ("matmul", "maximum", "logical_and"):
                for h, v in hosts.items():
                    rows[f"{a},host {h}"] = of(code, torch.tensor([3]).to(da), v)
                    rows[f"host {h},{a}"] = of(code, v, torch.tensor([3]).to(da))
    with open(path, "w") as f:
        lines = [f"{json.dumps(name)}: {json.dumps(rows, separators=(',', ':'))}" for name, rows in table.items()]
        f.write("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    source, folder, *only = sys.argv[1:]
    torch.set_num_threads(1)
    operations(json.load(open(source)), os.path.join(folder, "ops"), only)
    if not only:
        promotion(os.path.join(folder, "promotion.json"))


main()
