"""The step of ../case.mjs for Python: same arguments, same bits in data and weights, same JSON line."""
import argparse
import json
import time

import numpy as np

LEARNING_RATE = 0.01
BATCHES = 200
CHECKED_STEP = 20


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
    parser.add_argument('--variant', default=variant)
    case = parser.parse_args()
    case.sizes = [int(n) for n in case.net.split('-')]
    case.lr = LEARNING_RATE
    inputs, classes, rows = case.sizes[0], case.sizes[-1], BATCHES * case.batch
    case.weights = [
        ((2 * mulberry32(m * n, 1000 + l).astype(np.float64) - 1) * np.sqrt(6 / m)).astype(np.float32).reshape(m, n)
        for l, (m, n) in enumerate(zip(case.sizes, case.sizes[1:]))
    ]
    case.biases = [np.zeros(n, np.float32) for n in case.sizes[1:]]
    case.x = mulberry32(rows * inputs, 1).reshape(BATCHES, case.batch, inputs)
    case.labels = np.floor(mulberry32(rows, 2).astype(np.float64) * classes).astype(np.int64).reshape(BATCHES, case.batch)
    return case


def measure(case, step, read_loss=float):
    total, check = case.warmup + case.steps, min(CHECKED_STEP, case.warmup + case.steps)
    times, loss = [], {'checkedStep': check, 'checked': None, 'last': None}
    start = time.perf_counter()
    for n in range(total):
        value = step(n % BATCHES)
        now = time.perf_counter()
        if n >= case.warmup:
            times.append((now - start) * 1e3)
        start = now
        if n + 1 in (check, total):
            loss['last'] = read_loss(value)
            if n + 1 == check:
                loss['checked'] = loss['last']
            start = time.perf_counter()
    return times, loss


def report(who, version, backend, case, times, loss, threads=1):
    ms = {'median': float(np.median(times)), 'min': min(times), 'max': max(times), 'mean': float(np.mean(times))}
    line = {'who': who, 'version': version, 'backend': backend, 'threads': threads, 'net': case.net,
            'batch': case.batch, 'steps': case.steps, 'warmup': case.warmup, 'msPerStep': ms, 'loss': loss}
    print(json.dumps(line))
