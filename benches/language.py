"""The programs of language.reel in Python."""
from _time import timed


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def additions():
    x = 0.0
    for _ in range(10_000_000):
        x += 1.5
    return x


def mandelbrot(side, limit):
    inside = 0
    for row in range(side):
        for column in range(side):
            cr, ci = column * 3.0 / side - 2.0, row * 2.0 / side - 1.0
            zr, zi, turns = 0.0, 0.0, 0
            while turns < limit and zr * zr + zi * zi <= 4.0:
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                turns += 1
            if turns == limit:
                inside += 1
    return inside


def strings():
    pieces = []
    for i in range(100_000):
        pieces.append(f"item {i}")
    return len(", ".join(pieces))


def closures():
    total = 0

    def add(x):
        nonlocal total
        total += x

    for i in range(1_000_000):
        add(i)
    return total


pairs, state = [], 1
for i in range(100_000):
    state = (state * 1103515245 + 12345) % 2147483648
    pairs.append((i, state))


def sorting():
    return sorted(pairs, key=lambda p: p[1])[0][0]


for name, f in [
    ("fib", lambda: fib(30)),
    ("additions", additions),
    ("mandelbrot", lambda: mandelbrot(200, 100)),
    ("strings", strings),
    ("closures", closures),
    ("sorting", sorting),
]:
    print(f"{name}\tpython\t{timed(f)}")
