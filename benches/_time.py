"""How the benchmarks take time: as in _time.reel."""
import statistics, time


def timed(f, rounds=15):
    """The median time of one call of f, in ns, over batches that are each long enough for the clock."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            f()
        if time.perf_counter() - start > 0.005:
            break
        count *= 2
    times, began = [], time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - began < 0.3 and len(times) < rounds):
        start = time.perf_counter()
        for _ in range(count):
            f()
        times.append((time.perf_counter() - start) / count)
    return statistics.median(times) * 1e9
