"""The step of ../case.mjs for Python: same arguments, same bits in data and weights, same JSON line."""
import argparse
import json
import time

import numpy as np

LEARNING_RATE = 0.01
MOST_BATCHES = 200
MOST_ROWS = 25600
CHECKED_STEP = 20
FEWEST_STEPS = 5
MOST_STEPS = 100000


def mulberry32(n, seed):
    u32 = np.uint32
    a = (np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x6D2B79F5) + np.uint64(seed)).astype(u32)
    t = (a ^ (a >> u32(15))) * (a | u32(1))
    t = (t + (t ^ (t >> u32(7))) * (t | u32(61))) ^ t
    return ((t ^ (t >> u32(14))) >> u32(8)).astype(np.float32) / np.float32(2**24)


def bench_case(steps=400, warmup=200, variant=''):
    parser = argparse.ArgumentParser()
    parser.add_argument('--net', default='784-512-128-10')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--steps', type=int, default=steps)
    parser.add_argument('--warmup', type=int, default=warmup)
    parser.add_argument('--seconds', type=float, default=0)
    parser.add_argument('--variant', default=variant)
    case = parser.parse_args()
    case.sizes = [int(n) for n in case.net.split('-')]
    case.lr = LEARNING_RATE
    inputs, classes = case.sizes[0], max(case.sizes[-1], 2)
    count = min(MOST_BATCHES, MOST_ROWS // case.batch)
    rows = count * case.batch
    case.weights = [
        ((2 * mulberry32(m * n, 1000 + l).astype(np.float64) - 1) * np.sqrt(6 / m)).astype(np.float32).reshape(m, n)
        for l, (m, n) in enumerate(zip(case.sizes, case.sizes[1:]))
    ]
    case.biases = [np.zeros(n, np.float32) for n in case.sizes[1:]]
    case.x = mulberry32(rows * inputs, 1).reshape(count, case.batch, inputs)
    labels = np.floor(mulberry32(rows, 2).astype(np.float64) * classes)
    case.labels = labels.astype(np.int64).reshape(count, case.batch)  # 0 and 1 when there is one output
    return case


def measure(case, step, read_loss=float):
    """With `seconds`, the warm-up takes half of them and at least 20 steps; else steps are counted."""
    timed, count = case.seconds > 0, len(case.x)
    check = CHECKED_STEP if timed else min(CHECKED_STEP, case.warmup + case.steps)
    times, loss = [], {'checkedStep': check, 'checked': None, 'last': None}
    n, value = 0, None
    began = time.perf_counter()

    def warming():
        return n < CHECKED_STEP or time.perf_counter() - began < case.seconds / 2 if timed else n < case.warmup

    while warming():
        value = step(n % count)
        n += 1
        if n == 1:
            began = time.perf_counter()  # the first step may compile
        if n == check:
            loss['checked'] = read_loss(value)
    case.warmup = n
    start = began = time.perf_counter()

    def more():
        if not timed:
            return len(times) < case.steps
        return len(times) < FEWEST_STEPS or (start - began < case.seconds and len(times) < MOST_STEPS)

    while more():
        value = step(n % count)
        n += 1
        now = time.perf_counter()
        times.append((now - start) * 1e3)
        start = now
        if n == check:
            loss['checked'] = read_loss(value)
            start = time.perf_counter()
    case.steps, loss['last'] = len(times), read_loss(value)
    return times, loss


def report(who, version, backend, case, times, loss, threads=1):
    ms = {'median': float(np.median(times)), 'min': min(times), 'max': max(times), 'mean': float(np.mean(times))}
    line = {'who': who, 'version': version, 'backend': backend, 'threads': threads, 'net': case.net,
            'batch': case.batch, 'steps': case.steps, 'warmup': case.warmup, 'msPerStep': ms, 'loss': loss}
    print(json.dumps(line))
