"""What the reference implementation of safetensors writes and reads, for src/io/safetensors.test.ts to be held against.

    python3 scripts/reference-safetensors.py                  write test/reference/safetensors/{written,verdicts}.json
    python3 scripts/reference-safetensors.py --read FILE...   print what it reads in a file, as JSON
    python3 scripts/reference-safetensors.py --judge          judge files from standard input, each after its length (u32,
                                                              little-endian): "refused", or "accepted" with a hash of
                                                              the contents; scripts/differential-safetensors.mjs asks

Needs safetensors (0.8) and numpy. Files and data are base64.
"""
import base64
import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
import safetensors
from safetensors import deserialize, safe_open
from safetensors.numpy import save

FOLDER = Path(__file__).resolve().parent.parent / 'test' / 'reference' / 'safetensors'
rng = np.random.default_rng(7)


def text(b):
    return base64.b64encode(bytes(b)).decode()


def contents(data):
    tensors = [{'name': n, 'dtype': t['dtype'], 'shape': t['shape'], 'data': text(t['data'])} for n, t in deserialize(data)]
    return sorted(tensors, key=lambda t: t['name'])


def written():
    every = {
        'float32': rng.normal(size=(3, 17)).astype(np.float32),
        'float64': rng.normal(size=(1, 3)),
        'int8': rng.integers(-128, 128, 5).astype(np.int8),
        'uint8': rng.integers(0, 256, (2, 3, 1)).astype(np.uint8),
        'int16': rng.integers(-(2**15), 2**15, 3).astype(np.int16),
        'uint16': rng.integers(0, 2**16, 3).astype(np.uint16),
        'int32': rng.integers(-(2**31), 2**31, 3).astype(np.int32),
        'uint32': rng.integers(0, 2**32, 3).astype(np.uint32),
        'int64': np.array([-(2**63), 2**63 - 1, 0]),
        'uint64': np.array([0, 2**64 - 1], np.uint64),
        'bool': np.array([True, False, True]),
        'float16': np.array([1, -2.5, 65504], np.float16),
        'complex64': np.array([1 - 2j], np.complex64),
        'scalar': np.array(1.5, np.float32),
        'empty': np.zeros((0, 3), np.float32),
    }
    special = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1e308])
    special_bits = np.array([0x7FC00001, 0xFFC12345, 0x00000001, 0x80000000], np.uint32).view(np.float32)
    names = ['0.W', '0.b', '10.W', '2.W', 'ä', '\U0001f600', '\uffff', 'a"b\\c\n\x01', '\ufeff', '', '__proto__', 'constructor']
    one = np.ones(1, np.float32)
    files = [
        ('nothing', {}, None),
        ('every dtype', every, None),
        ('special values', {'d': special, 'f': special_bits}, None),
        ('names', {n: one * i for i, n in enumerate(names)}, None),
        ('one entry of metadata', {'x': one}, {'format "é"': 'line\n\t\x00\x7f'}),
    ]
    return [
        {'name': name, 'metadata': metadata, 'tensors': contents(data), 'file': text(data)}
        for name, arrays, metadata in files
        for data in [save(arrays, metadata=metadata)]
    ]


def header(h, data=b''):
    h = h if isinstance(h, bytes) else h.encode()
    return struct.pack('<Q', len(h)) + h + data


def tensor(name, fields, data=b'1234'):
    return name, header('{"a":{%s}}' % fields, data)


def files_to_judge():
    T = '"dtype":"F32","shape":[1],"data_offsets":[0,4]'
    info = '{%s}' % T

    def member(name, extra):
        return tensor(name, '"dtype":"F32","q":%s,"shape":[1],"data_offsets":[0,4]' % extra)

    def meta(name, value):
        return name, header('{"__metadata__":%s,"a":%s}' % (value, info), b'1234')

    yield from [
        ('empty file', b''),
        ('seven bytes', b'\0' * 7),
        ('header of no bytes', header('')),
        ('header longer than the file', struct.pack('<Q', 3) + b'{}'),
        ('header of 100 MB and a byte', struct.pack('<Q', 100_000_001) + b'{}'),
        ('header of 2^63', struct.pack('<Q', 2**63) + b'{}'),
        ('header of 2^64 - 1', struct.pack('<Q', 2**64 - 1) + b'{}'),
        ('no tensors', header('{}')),
        ('space before', header(' \n\t\r{}')),
        ('space after', header('{} \n\t\r')),
        ('form feed', header('\f{}')),
        ('byte order mark', header('\ufeff{}')),
        ('zero bytes after', header(b'{}\0\0')),
        ('two documents', header('{}{}')),
        ('array', header('[]')),
        ('null', header('null')),
        ('string', header('"a"')),
        ('bytes that are not UTF-8', header(b'{"\xff":%s}' % info.encode(), b'1234')),
        ('overlong UTF-8', header(b'{"\xc0\x80":%s}' % info.encode(), b'1234')),
        ('a surrogate in UTF-8', header(b'{"\xed\xa0\x80":%s}' % info.encode(), b'1234')),
        ('trailing comma', header('{"a":%s,}' % info, b'1234')),
        ('comma alone', header('{,}')),
        ('missing colon', header('{"a"%s}' % info, b'1234')),
        ('single quotes', header("{'a':%s}" % info, b'1234')),
        ('comment', header('{}//')),
        ('tensor null', header('{"a":null}')),
        ('tensor string', header('{"a":"F32"}')),
        ('tensor as array', header('{"a":["F32",[1],[0,4]]}', b'1234')),
        ('tensor as array of four', header('{"a":["F32",[1],[0,4],1]}', b'1234')),
        ('tensor as array of two', header('{"a":["F32",[1]]}', b'1234')),
        ('same name, same data', header('{"a":%s,"a":%s}' % (info, info), b'1234')),
        ('same name by an escape', header('{"a":%s,"\\u0061":%s}' % (info, info), b'1234')),
        ('name with an escape', header('{"\\u0061\\n\\/":%s}' % info, b'1234')),
        ('surrogate pair', header('{"\\ud83d\\uDE00":%s}' % info, b'1234')),
        ('first surrogate alone', header('{"\\ud800":%s}' % info, b'1234')),
        ('first surrogate, then another letter', header('{"\\ud800\\u0041":%s}' % info, b'1234')),
        ('second surrogate twice', header('{"\\udc00\\udc00":%s}' % info, b'1234')),
        ('second surrogate alone', header('{"\\udc00":%s}' % info, b'1234')),
        ('escape that is none', header('{"\\x":%s}' % info, b'1234')),
        ('four digits that are none', header('{"\\u00g0":%s}' % info, b'1234')),
        ('control character', header('{"\x1f":%s}' % info, b'1234')),
        ('delete character', header('{"\x7f":%s}' % info, b'1234')),
        ('__proto__', header('{"__proto__":%s}' % info, b'1234')),
        meta('metadata null', 'null'),
        meta('metadata array', '[]'),
        meta('metadata string', '"x"'),
        meta('metadata of a number', '{"a":1}'),
        meta('metadata of an object', '{"a":{}}'),
        meta('metadata of null', '{"a":null}'),
        meta('metadata twice the same key', '{"a":"b","a":"c"}'),
        ('metadata twice', header('{"__metadata__":{},"__metadata__":{},"a":%s}' % info, b'1234')),
        ('metadata twice, once null', header('{"__metadata__":null,"__metadata__":{},"a":%s}' % info, b'1234')),
        ('metadata alone', header('{"__metadata__":{"__proto__":"b"}}')),
        tensor('plain', T),
        tensor('no dtype', '"shape":[1],"data_offsets":[0,4]'),
        tensor('no shape', '"dtype":"F32","data_offsets":[0,4]'),
        tensor('no offsets', '"dtype":"F32","shape":[1]'),
        tensor('two dtypes', '"dtype":"F32",' + T),
        tensor('field by an escape', '"d\\u0074ype":"F32","shape":[1],"data_offsets":[0,4]'),
        tensor('dtype in small letters', '"dtype":"f32","shape":[1],"data_offsets":[0,4]'),
        tensor('dtype toString', '"dtype":"toString","shape":[1],"data_offsets":[0,4]'),
        tensor('dtype null', '"dtype":null,"shape":[1],"data_offsets":[0,4]'),
        tensor('dtype as object', '"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]'),
        tensor('dtype as object of something', '"dtype":{"F32":1},"shape":[1],"data_offsets":[0,4]'),
        tensor('dtype as empty object', '"dtype":{},"shape":[1],"data_offsets":[0,4]'),
        tensor('dtype as two', '"dtype":{"F32":null,"I32":null},"shape":[1],"data_offsets":[0,4]'),
        tensor('shape null', '"dtype":"F32","shape":null,"data_offsets":[0,4]'),
        tensor('shape number', '"dtype":"F32","shape":1,"data_offsets":[0,4]'),
        tensor('shape 1.0', '"dtype":"F32","shape":[1.0],"data_offsets":[0,4]'),
        tensor('shape 1e0', '"dtype":"F32","shape":[1e0],"data_offsets":[0,4]'),
        tensor('shape 01', '"dtype":"F32","shape":[01],"data_offsets":[0,4]'),
        tensor('shape +1', '"dtype":"F32","shape":[+1],"data_offsets":[0,4]'),
        tensor('shape "1"', '"dtype":"F32","shape":["1"],"data_offsets":[0,4]'),
        tensor('shape -0', '"dtype":"F32","shape":[-0],"data_offsets":[0,0]', b''),
        tensor('shape -1', '"dtype":"F32","shape":[-1],"data_offsets":[0,4]'),
        tensor('shape of a scalar', '"dtype":"F32","shape":[],"data_offsets":[0,4]'),
        tensor('shape of 40 ones', '"dtype":"F32","shape":[%s],"data_offsets":[0,4]' % ','.join(['1'] * 40)),
        tensor('shape 2^64', '"dtype":"F32","shape":[18446744073709551616,0],"data_offsets":[0,0]', b''),
        tensor('elements overflow', '"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]', b''),
        tensor('elements overflow, then 0', '"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]', b''),
        tensor('0, then overflow', '"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]', b''),
        tensor('bits overflow', '"dtype":"F64","shape":[4503599627370496,1024],"data_offsets":[0,0]', b''),
        tensor('one byte too few', '"dtype":"F32","shape":[1],"data_offsets":[0,3]', b'123'),
        tensor('one byte too many', '"dtype":"F32","shape":[1],"data_offsets":[0,5]', b'12345'),
        tensor('three offsets', '"dtype":"F32","shape":[1],"data_offsets":[0,4,4]'),
        tensor('one offset', '"dtype":"F32","shape":[1],"data_offsets":[0]'),
        tensor('offsets reversed', '"dtype":"F32","shape":[1],"data_offsets":[4,0]'),
        tensor('offset -0', '"dtype":"F32","shape":[0],"data_offsets":[-0,0]', b''),
        tensor('offset 4e0', '"dtype":"F32","shape":[1],"data_offsets":[0,4e0]'),
        tensor('hole at the start', '"dtype":"F32","shape":[1],"data_offsets":[4,8]', b'12345678'),
        tensor('bytes after', T, b'12345'),
        tensor('cut', T, b'123'),
        tensor('no data', T, b''),
        ('hole', header('{"a":%s,"b":%s}' % (info, info.replace('[0,4]', '[8,12]')), b'x' * 12)),
        ('overlap', header('{"a":%s,"b":%s}' % (info, info.replace('[0,4]', '[2,6]')), b'x' * 6)),
        ('two on the same bytes', header('{"a":%s,"b":%s}' % (info, info), b'1234')),
        ('other order', header('{"a":%s,"b":%s}' % (info.replace('[0,4]', '[4,8]'), info), b'12345678')),
        ('an empty one between', header('{"e":{"dtype":"I64","shape":[3,0],"data_offsets":[4,4]},"a":%s,"b":%s}'
                                        % (info, info.replace('[0,4]', '[4,8]')), b'12345678')),
        ('an empty one named after another', header('{"a":%s,"e":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}' % info, b'1234')),
        ('half a byte in none', header('{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}')),
        ('a byte and a half in one', header('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', b'1')),
        ('an empty one inside another', header('{"e":{"dtype":"I64","shape":[0],"data_offsets":[2,2]},"a":%s}' % info, b'1234')),
        member('another field', '"x"'),
        member('another field, deep', '[' * 125 + ']' * 125),
        member('another field, too deep', '[' * 126 + ']' * 126),
        member('another field, much too deep', '[' * 4000 + ']' * 4000),
        member('another field, objects too deep', '{"a":' * 126 + '1' + '}' * 126),
        member('another field, -1.5e+10', '[-1.5e+10,0.5,1E2,true,false,null,{"k":[]}]'),
        member('another field, 1e999', '1e999'),
        member('another field, 1e-999', '1e-999'),
        member('another field, 400 digits', '9' * 400),
        member('another field, 1.', '1.'),
        member('another field, .5', '.5'),
        member('another field, NaN', 'NaN'),
        member('another field, truth', 'tru'),
        member('another field, half a surrogate', '"\\ud800"'),
    ]
    sizes = [1, 2, 3, 4, 8]
    dtypes = 'BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32'
    for dtype in (dtypes + ' C64 F64 I64 U64 I4 U4 C128 F128').split():
        for n in sizes:
            yield tensor(f'{dtype}, 4 in {4 * n} bytes', '"dtype":"%s","shape":[4],"data_offsets":[0,%d]' % (dtype, 4 * n), b'x' * 4 * n)
            if n < 4:
                yield tensor(f'{dtype}, {n} in {n} bytes', '"dtype":"%s","shape":[%d],"data_offsets":[0,%d]' % (dtype, n, n), b'x' * n)
        yield tensor(f'{dtype}, 4 in 2 bytes', '"dtype":"%s","shape":[4],"data_offsets":[0,2]' % dtype, b'xx')
        yield tensor(f'{dtype}, 4 in 3 bytes', '"dtype":"%s","shape":[4],"data_offsets":[0,3]' % dtype, b'xxx')


def verdict(data):
    try:
        return {'accepted': True, 'tensors': contents(data)}
    except Exception as error:
        return {'accepted': False, 'message': str(error)[:120]}


def judged(data):
    """The contents as lines: name (JSON, ASCII), dtype, shape, sha256 of the data; hashed together."""
    try:
        tensors = sorted(deserialize(data), key=lambda t: t[0].encode())
    except BaseException as error:  # a panic of the library is no Exception
        return f'refused {type(error).__name__} {str(error)[:100]!r}'
    lines = [
        f'{json.dumps(n)} {t["dtype"]} {t["shape"]} {hashlib.sha256(t["data"]).hexdigest()}'.replace(', ', ',')
        for n, t in tensors
    ]
    return 'accepted ' + hashlib.sha256('\n'.join(lines).encode()).hexdigest()


def main():
    if sys.argv[1:2] == ['--read']:
        for path in sys.argv[2:]:
            with safe_open(path, framework='numpy') as f:
                print(json.dumps({'metadata': f.metadata(), 'tensors': contents(Path(path).read_bytes())}, indent=1))
        return
    if sys.argv[1:2] == ['--judge']:
        while head := sys.stdin.buffer.read(4):
            print(judged(sys.stdin.buffer.read(struct.unpack('<I', head)[0])), flush=True)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    verdicts = [{'name': name, 'file': text(data), **verdict(data)} for name, data in files_to_judge()]
    for file, value in [('written.json', written()), ('verdicts.json', verdicts)]:
        lines = ',\n'.join(' ' + json.dumps(entry) for entry in value)
        about = json.dumps(f'safetensors {safetensors.__version__}')
        (FOLDER / file).write_text('{"source": %s, "cases": [\n%s\n]}\n' % (about, lines))


if __name__ == '__main__':
    main()
