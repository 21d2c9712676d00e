#!/usr/bin/env python3
"""Files held against Python's libraries; needs numpy, safetensors, pillow and ml_dtypes.

`scripts/files.py golden` writes src/files/safetensors.tsv and src/files/images.tsv: files that Python wrote, as hexadecimal
bytes, with what they hold. `scripts/files.py check target/debug/reel` goes through files in both directions.
"""

import io
import json
import os
import subprocess
import sys
import tempfile

import ml_dtypes
import numpy
import safetensors
import safetensors.numpy
from PIL import Image

DTYPES = {
    "bool": numpy.bool_, "i8": numpy.int8, "i16": numpy.int16, "i32": numpy.int32, "i64": numpy.int64,
    "u8": numpy.uint8, "u16": numpy.uint16, "u32": numpy.uint32, "u64": numpy.uint64,
    "f16": numpy.float16, "bf16": ml_dtypes.bfloat16, "f32": numpy.float32, "f64": numpy.float64,
}
NAMES = ["layers.0.weight", "", "a b", "é😀", 'q"\\', "x/y", "tab\tline\n", "__x__"]


def tensors():
    """A file of tensors of every dtype, and one of odd shapes and names."""
    every = {name: numpy.array([[0, 1, 2], [3, 4, 5]]).astype(t) for name, t in DTYPES.items()}
    odd = {name: numpy.full((k,), k, numpy.float32) for k, name in enumerate(NAMES)}
    odd |= {"scalar": numpy.array(0.5), "rows": numpy.zeros((3, 0), numpy.int64), "8": numpy.zeros((1,) * 8)}
    return {"every dtype": (every, None), "odd": (odd, {"format": "pt", "é": '"'}), "nothing": ({}, None)}


def save(arrays, metadata):
    bf16 = {k for k, v in arrays.items() if v.dtype == ml_dtypes.bfloat16}
    plain = {k: v.view(numpy.uint16) if k in bf16 else v for k, v in arrays.items()}
    data = safetensors.numpy.save(plain, metadata)
    if not bf16:
        return data
    # The library for numpy knows no bf16: its name has as many letters as another of that size, and blanks.
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    for k in bf16:
        header[k]["dtype"] = "BF16"
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def shown(arrays, order):
    """Dtype, shape and numbers as Reel's tests show them."""
    lines = []
    for name in order:
        a = arrays[name]
        dtype = "bool" if a.dtype == bool else a.dtype.name
        dtype = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}.get(dtype, dtype)
        dtype = dtype if dtype in ("bool", "f16", "bf16", "f32", "f64") else "i64"
        numbers = ", ".join(f"{float(x)!r}" for x in a.astype(numpy.float64).ravel())
        lines.append(f"{name}: {dtype}[{', '.join(map(str, a.shape))}] [{numbers}]")
    return json.dumps(lines)


def images():
    """Name, bytes, and pixels as [channels, height, width] with the largest value that a pixel has."""
    rng = numpy.random.default_rng(0)
    x = rng.integers(0, 256, (4, 5, 4), dtype=numpy.uint8)
    smooth = numpy.stack([numpy.add.outer(numpy.arange(16) * a, numpy.arange(24) * b) % 256 for a, b in ((5, 3), (2, 9), (7, 1))], -1)
    smooth = Image.fromarray(smooth.astype(numpy.uint8))
    palette = Image.fromarray(x[..., :3]).quantize(7)
    made = {
        "1": (Image.fromarray(x[..., 0]).convert("1"), "png", "L", {}),
        "L": (Image.fromarray(x[..., 0]), "png", "L", {}),
        "LA": (Image.fromarray(x[..., :2], "LA"), "png", "LA", {}),
        "P": (palette, "png", "RGB", {}),
        "P transparent": (palette, "png", "RGBA", {"transparency": 2}),
        "RGB": (Image.fromarray(x[..., :3]), "png", "RGB", {}),
        "RGBA": (Image.fromarray(x), "png", "RGBA", {}),
        "I;16": (Image.fromarray(x[..., :2].copy().view(numpy.uint16)[..., 0]), "png", None, {}),
        "jpeg L": (smooth.convert("L"), "jpeg", "L", {"quality": 95}),
        "jpeg 4:4:4": (smooth, "jpeg", "RGB", {"quality": 95, "subsampling": 0}),
        "jpeg 4:2:0": (smooth, "jpeg", "RGB", {"quality": 75}),
        "jpeg progressive": (smooth, "jpeg", "RGB", {"quality": 90, "progressive": True, "subsampling": 0}),
    }
    for name, (image, kind, mode, options) in made.items():
        out = io.BytesIO()
        image.save(out, kind, **options)
        back = Image.open(io.BytesIO(out.getvalue()))
        pixels = numpy.asarray(back.convert(mode) if mode else back)
        pixels = pixels.reshape(*pixels.shape[:2], -1).transpose(2, 0, 1)
        yield name, out.getvalue(), pixels, 255 if mode else 65535


def golden():
    with open("src/files/safetensors.tsv", "w") as out:
        for name, (arrays, metadata) in tensors().items():
            data = save(arrays, metadata)
            size = int.from_bytes(data[:8], "little")
            order = [k for k in json.loads(data[8 : 8 + size]) if k != "__metadata__"]
            print(name, data.hex(), shown(arrays, order), sep="\t", file=out)
    with open("src/files/images.tsv", "w") as out:
        for name, data, pixels, most in images():
            shape = ",".join(map(str, pixels.shape))
            print(name, data.hex(), shape, most, ",".join(map(str, pixels.ravel())), sep="\t", file=out)


def run(reel, program):
    done = subprocess.run([reel, "-"], input=program, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(reel):
    reel = os.path.abspath(reel)
    os.chdir(tempfile.mkdtemp())
    for name, (arrays, metadata) in tensors().items():
        # Python's file, through Reel, is Python's again.
        open("in.safetensors", "wb").write(save(arrays, metadata))
        run(reel, 'save("out.safetensors", load("in.safetensors"))')
        with safetensors.safe_open("out.safetensors", "pt") as f:
            back = {k: f.get_tensor(k) for k in f.keys()}
        assert set(back) == set(arrays), name
        for k, a in arrays.items():
            b = back[k]
            assert tuple(b.shape) == a.shape, k
            assert b.double().numpy().tolist() == a.astype(numpy.float64).tolist(), k
    net = """
        module Block(n) { let proj = Linear(n, n); fn forward(x) { x + proj(x) } }
        let net = Sequential(Linear(4, 3), Block(3), LSTM(3, 2))
    """
    out = run(reel, net + 'save("net.safetensors", net); save("net.npz", net, compress: true); save("plain.npz", net); print(keys(load("net.npz")))')
    own = safetensors.numpy.load_file("net.safetensors")
    assert sorted(json.loads(out)) == sorted(own), out
    for path in ("net.npz", "plain.npz"):
        with numpy.load(path) as z:
            assert all((z[k] == own[k]).all() for k in own) and set(z) == set(own)
    safetensors.numpy.save_file({k: v + 1 for k, v in own.items()}, "more.safetensors")
    run(reel, net + 'load("more.safetensors", into: net); save("again.safetensors", net)')
    again = safetensors.numpy.load_file("again.safetensors")
    assert all((again[k] == own[k] + 1).all() for k in own)
    # Images that Reel writes are what Pillow reads.
    shapes = {"png": (1, 2, 3, 4), "jpg": (1, 3)}
    for ending, channels in shapes.items():
        for c in channels:
            out = run(reel, f'seed({c}); let x = rand({c}, 16, 24); save("x.npy", x); save("x.{ending}", x, {"quality: 100" if ending == "jpg" else ""})')
            want = (numpy.load("x.npy") * 255 + 0.5).astype(numpy.uint8)
            got = numpy.asarray(Image.open(f"x.{ending}")).reshape(16, 24, c).transpose(2, 0, 1)
            if ending == "png":
                assert (got == want).all(), c
            elif c == 1:
                assert abs(got.astype(int) - want).max() <= 2
    print("all as it should be")


if sys.argv[1] == "golden":
    golden()
else:
    check(sys.argv[2])
