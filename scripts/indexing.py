"""Golden numbers for indexing and index assignment, from numpy: called by scripts/golden, which says how.

Each case is a Reel program's index with the numbers that numpy's gives. The cases are drawn at random, the same ones
each time, over up to four dimensions: ints, slices with steps of either sign, new axes, `...`, masks, index tensors.
"""

import json
import random
import sys

import numpy as np


def literal(a):
    """An array as a Reel literal of ints or bools."""
    if a.ndim == 0:
        return ("true" if a else "false") if a.dtype == bool else str(int(a))
    return "[" + ", ".join(literal(x) for x in a) + "]"


def bound(rng, n):
    return rng.randint(-n - 2, n + 2)


def slice_of(rng, n):
    start = bound(rng, n) if rng.random() < 0.6 else None
    stop = bound(rng, n) if rng.random() < 0.6 else None
    step = rng.choice([None, None, 1, 2, 3, -1, -2])
    shown = lambda v: "" if v is None else str(v)
    return shown(start) + ".." + shown(stop) + ("" if step is None else f" by {step}"), slice(start, stop, step)


def index(rng, shape):
    """An index in Reel's spelling and numpy's."""
    texts, items, axes = [], [], list(shape)
    lengths = [rng.randint(1, 4)]
    while axes and rng.random() < 0.85:
        kind = rng.random()
        n = axes[0]
        if kind < 0.3:
            at = rng.randint(-n, n - 1) if rng.random() < 0.97 else n + 1
            texts.append(str(at))
            items.append(at)
            axes.pop(0)
        elif kind < 0.62:
            text, item = slice_of(rng, n)
            texts.append(text)
            items.append(item)
            axes.pop(0)
        elif kind < 0.7:
            texts.append("none")
            items.append(None)
        elif kind < 0.76 and "..." not in texts:
            skip = rng.randint(0, len(axes))
            texts.append("...")
            items.append(Ellipsis)
            axes = axes[skip:]
            if len(axes) and rng.random() < 0.5:
                # The rest has to be named, or numpy would read the dots as another number of axes.
                for n in axes:
                    at = rng.randint(-n, n - 1)
                    texts.append(str(at))
                    items.append(at)
                axes = []
        elif kind < 0.92:
            dims = lengths if rng.random() < 0.8 else [2] + lengths
            at = np.array([rng.randint(-n, n - 1) for _ in range(int(np.prod(dims)))]).reshape(dims)
            texts.append(literal(at))
            items.append(at)
            axes.pop(0)
        else:
            mask = np.array([rng.random() < 0.6 for _ in range(n)])
            texts.append(literal(mask))
            items.append(mask)
            axes.pop(0)
    if not texts:
        texts, items = [".."], [slice(None)]
    return ", ".join(texts), tuple(items)


def in_steps(items):
    """Ints pick first, as in PyTorch: beside an index tensor numpy would count them among the tensors, and move the
    dimensions of the result to the front where a slice stands between."""
    if not any(isinstance(i, np.ndarray) for i in items):
        return [items]
    first = tuple(i if isinstance(i, int) or i is Ellipsis else slice(None) for i in items if i is not None)
    return [first, tuple(i for i in items if not isinstance(i, int))]


def case(rng):
    shape = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
    x = np.arange(int(np.prod(shape))).reshape(shape)
    text, items = index(rng, shape)
    entry = {"shape": shape, "index": text}
    try:
        *outer, last = in_steps(items)
        y = (x[outer[0]] if outer else x)[last]
        entry["dims"], entry["v"] = list(y.shape), y.flatten().tolist()
    except IndexError:
        entry["raises"] = True
        return entry
    # A value that broadcasts: a number, the whole, or its last dimension alone.
    how = rng.random()
    if how < 0.4 or y.ndim == 0:
        value = np.array(rng.randint(100, 199))
    elif how < 0.8:
        value = np.arange(100, 100 + y.size).reshape(y.shape)
    else:
        value = np.arange(100, 100 + y.shape[-1])
    if value.size:
        changed = x.copy()
        (changed[outer[0]] if outer else changed)[last] = value
        entry["value"], entry["after"] = literal(value), changed.flatten().tolist()
    return entry


def main():
    rng = random.Random(20)
    cases = [case(rng) for _ in range(600)]
    with open(sys.argv[1], "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")


main()
