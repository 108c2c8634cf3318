"""What NumPy writes in npy and npz files, for src/data/npy.ts and npz.ts to be held against.

    python3 scripts/reference-npy.py                  write test/reference/npy.json
    python3 scripts/reference-npy.py --read FILE...   print what NumPy reads in npy and npz files, as JSON

Needs numpy (2). Files and data are base64; data in row order, little-endian.
"""
import base64
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parent.parent / 'test' / 'reference' / 'npy.json'
rng = np.random.default_rng(7)


def text(b):
    return base64.b64encode(bytes(b)).decode()


def saved(array, version=None, **options):
    out = io.BytesIO()
    if version is None:
        np.save(out, array, **options)
    else:
        np.lib.format.write_array(out, array, version=version, **options)
    return out.getvalue()


def contents(array):
    kind = array.dtype.newbyteorder('<').str[1:]
    data = np.ascontiguousarray(array).astype(array.dtype.newbyteorder('<')).tobytes()
    return {'type': kind, 'shape': list(array.shape), 'data': text(data)}


def arrays():
    yield 'truth values', np.array([[True, False, True]])
    for kind in ['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8']:
        info = np.iinfo(kind)
        yield kind, np.array([info.min, info.max, 0, 1], kind)
    yield 'f4', rng.normal(size=(3, 17)).astype('f4')
    yield 'f8', rng.normal(size=(2, 3, 5))
    yield 'special values', np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    for kind in ['>u2', '>i4', '>f4', '>f8', '>i8']:
        yield f'big-endian {kind}', np.arange(6).reshape(2, 3).astype(kind)
    yield 'column order', np.asfortranarray(np.arange(6, dtype='f4').reshape(2, 3))
    yield 'column order, three dimensions, big-endian', np.asfortranarray(np.arange(24, dtype='>f8').reshape(2, 3, 4))
    yield 'column order, one row', np.asfortranarray(np.arange(5, dtype='i4').reshape(1, 5))
    yield 'a scalar', np.array(1.5)
    yield 'empty', np.zeros((0, 3), 'f4')
    yield 'empty in column order', np.asfortranarray(np.zeros((3, 0, 2)))
    yield 'one element of 32 dimensions', np.ones((1,) * 32, 'u1')


def zipped(write):
    out = io.BytesIO()
    write(out)
    return out.getvalue()


class Pipe(io.RawIOBase):
    """Where nobody can go back: sizes then follow the data."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, b):
        self.bytes += b
        return len(b)


def piped(arrays):
    out = Pipe()
    np.savez(out, **arrays)
    return out.bytes


def main():
    if sys.argv[1:2] == ['--read']:
        for path in sys.argv[2:]:
            loaded = np.load(path, allow_pickle=False)
            named = {'': loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
            print(json.dumps({name: contents(array) for name, array in named.items()}))
        return
    plain = [{'name': name, 'file': text(saved(a)), **contents(a)} for name, a in arrays()]
    ramp = np.arange(6, dtype='f4').reshape(2, 3)
    for version in [(1, 0), (2, 0), (3, 0)]:
        plain.append({'name': f'version {version[0]}', 'file': text(saved(ramp, version)), **contents(ramp)})
    refused = [
        ('objects', saved(np.array([{'a': 1}, None], object), allow_pickle=True)),
        ('records', saved(np.zeros(2, [('a', 'f4'), ('b', 'i4')]))),
        ('text', saved(np.array(['one', 'two']))),
        ('bytes', saved(np.array([b'one', b'two']))),
        ('half precision', saved(np.ones(2, 'f2'))),
        ('complex', saved(np.ones(2, 'c8'))),
        ('dates', saved(np.array(['2020-01-01'], 'datetime64[D]'))),
        ('nothing but a type', saved(np.zeros(2, 'V4'))),
    ]
    some = {'x': rng.integers(0, 256, (5, 4, 4)).astype('u1'), 'y': np.array([0, 1, 2, 1, 0]), 'ä/b': np.array(2.5)}
    archives = [
        ('savez', zipped(lambda out: np.savez(out, **some))),
        ('savez_compressed', zipped(lambda out: np.savez_compressed(out, **some))),
        ('savez into a pipe', piped(some)),
        ('no arrays', zipped(lambda out: zipfile.ZipFile(out, 'w').close())),
    ]
    value = {
        'source': f'numpy {np.__version__}',
        'arrays': plain,
        'refused': [{'name': n, 'file': text(b)} for n, b in refused],
        'archives': [
            {'name': n, 'file': text(b), 'arrays': {} if n == 'no arrays' else {k: contents(a) for k, a in some.items()}}
            for n, b in archives
        ],
    }
    lines = ',\n'.join(
        f' {json.dumps(key)}: ' + (json.dumps(v) if isinstance(v, str) else '[\n  ' + ',\n  '.join(map(json.dumps, v)) + '\n ]')
        for key, v in value.items()
    )
    FILE.write_text('{\n%s\n}\n' % lines)


if __name__ == '__main__':
    main()
