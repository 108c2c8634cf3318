"""Reference values from PyTorch in float64, for the tests to be held against: writes test/reference/*.json.

    python3 scripts/reference-values.py           write the files
    python3 scripts/reference-values.py --check   recompute, compare with the files, write nothing

Needs torch, numpy and scikit-learn. Inputs are in the files, rounded to four decimals so that they can be read; no
generator has to be matched. W is stored (in, out); torch's own weight is its transpose. `d` + name is the gradient of
name: of the loss where there is one, else of <y, dY> for the dY that is given.
"""
import argparse
import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import sklearn
import sklearn.metrics
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng()  # seeded anew for each file
FOLDER = Path(__file__).resolve().parent.parent / 'test' / 'reference'


def draw(*shape, scale=1.0, shift=0.0):
    return torch.from_numpy(np.round(rng.normal(shift, scale, shape), 4))


def draw_labels(n, classes):
    return torch.from_numpy(rng.integers(0, classes, n))


def leaf(t):
    return t.detach().clone().requires_grad_()


def case(name, inputs, outputs, **options):
    return {'name': name, **({'options': options} if options else {}), 'inputs': inputs, 'outputs': outputs}


def vjp(f, dy, **inputs):
    """y = f(**inputs) and the gradient of <y, dy> with respect to each input."""
    leaves = {name: leaf(t) for name, t in inputs.items()}
    y = f(**leaves)
    grads = torch.autograd.grad(y, list(leaves.values()), dy)
    return y, dict(zip(leaves, grads))


# Layers -------------------------------------------------------------------------------------------------------------


def linear():
    cases = []
    for B, D, H in [(5, 7, 3), (1, 1, 1), (3, 1, 5), (1, 17, 4)]:
        x, W, b, dY = draw(B, D), draw(D, H), draw(H), draw(B, H)
        y, g = vjp(lambda x, W, b: F.linear(x, W.T, b), dY, x=x, W=W, b=b)
        outputs = {'y': y, 'dX': g['x'], 'dW': g['W'], 'db': g['b']}
        cases.append(case(f'{B}x{D} to {H}', {'x': x, 'W': W, 'b': b, 'dY': dY}, outputs))
    return cases


def elementwise(f, with_zero):
    ordinary = draw(5, 7, scale=2)
    if with_zero:
        ordinary[0, 0], ordinary[3, 4], ordinary[4, 6] = 0.0, 0.0, -0.0
    inputs = {
        'ordinary': ordinary,
        'one element': draw(1, 1),
        'small': draw(3, 5) * 1e-8,
        'large 50': torch.tensor([[50.0, -50.0, 49.5], [-36.7, 36.8, 17.3]]),
        'large 1000': torch.tensor([[1000.0, -1000.0, 745.2], [-745.2, 709.8, -709.8]]),
    }
    cases = []
    for name, x in inputs.items():
        dY = draw(*x.shape)
        y, g = vjp(lambda x: f(x), dY, x=x)
        cases.append(case(name, {'x': x, 'dY': dY}, {'y': y, 'dX': g['x']}))
    return cases


def leaky_relu():
    cases = []
    for slope in (0.01, 0.2):
        for c in elementwise(lambda x: F.leaky_relu(x, slope), True):
            cases.append({**c, 'name': f'slope {slope}, {c["name"]}', 'options': {'slope': slope}})
    return cases


def softmax():
    inputs = {
        'ordinary': draw(5, 7, scale=2),
        'one class': draw(3, 1),
        'ten classes': draw(4, 10),
        'equal logits': torch.zeros(2, 5) + 0.25,
        'large 50': torch.tensor([[50.0, -50.0, 49.5], [-50.0, -50.0, -49.0]]),
        'large 1000': torch.tensor([[1000.0, -1000.0, 998.5], [-1000.0, -999.5, -1003.25]]),
    }
    cases = []
    for name, x in inputs.items():
        dY = draw(*x.shape)
        y, g = vjp(lambda x: F.softmax(x, 1), dY, x=x)
        row = lambda r: torch.autograd.functional.jacobian(lambda v: F.softmax(v, 0), r)
        jacobian = torch.stack([row(r) for r in x])  # (B, D, D): [b, i, j] = dy_bi / dx_bj
        cases.append(case(name, {'x': x, 'dY': dY}, {'y': y, 'dX': g['x'], 'jacobian': jacobian}))
    return cases


# Losses -------------------------------------------------------------------------------------------------------------


def loss_case(name, f, output_name, output, targets, **options):
    z = leaf(output)
    loss = f(z, targets['labels'] if 'labels' in targets else targets['targets'])
    (grad,) = torch.autograd.grad(loss, z)
    return case(name, {output_name: output, **targets}, {'loss': loss, 'dOutput': grad}, **options)


def cross_entropy_logits():
    huge = torch.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 9999.5], [1e4, 1e4, -1e4]])
    gap = torch.tensor([[0.0, 104.0, 1.0], [-50.0, 0.0, 50.0]])
    rows = [
        ('5x7', draw(5, 7, scale=2), draw_labels(5, 7)),
        ('one row', draw(1, 3), draw_labels(1, 3)),
        ('17x10', draw(17, 10, scale=3), draw_labels(17, 10)),
        ('one class', draw(3, 1), draw_labels(3, 1)),
        ('gaps that underflow float32', gap, torch.tensor([0, 0])),
        ('logits of 1e4, right and wrong', huge, torch.tensor([0, 2, 2])),
    ]
    return [loss_case(name, F.cross_entropy, 'logits', z, {'labels': y}) for name, z, y in rows]


def cross_entropy_probabilities():
    f = lambda p, y: F.nll_loss(torch.log(p), y)  # mean of -log p_y; p is taken as it is, not renormalized
    softened = torch.from_numpy(np.round(F.softmax(draw(5, 7, scale=2), 1).numpy(), 4) + 1e-4)
    rows = [
        ('5x7', softened, draw_labels(5, 7)),
        ('one row', torch.tensor([[0.25, 0.5, 0.25]]), torch.tensor([1])),
        ('a probability of 1e-12', torch.tensor([[1e-12, 1 - 1e-12], [1e-11, 1 - 1e-11]]), torch.tensor([0, 0])),
        ('a probability of 1e-300', torch.tensor([[1e-300, 1.0]]), torch.tensor([0])),
    ]
    return [loss_case(name, f, 'p', p, {'labels': y}) for name, p, y in rows]


def binary_cross_entropy_probabilities():
    p = torch.from_numpy(np.round(rng.uniform(0.02, 0.98, (9, 1)), 4))
    rows = [
        ('9 rows', p, draw_labels(9, 2)[:, None].double()),
        ('soft targets', torch.tensor([[0.3], [0.9], [0.5]]), torch.tensor([[0.2], [1.0], [0.6]])),
        ('close to the right side', torch.tensor([[1e-9], [0.999999]]), torch.tensor([[0.0], [1.0]])),
        ('close to the wrong side', torch.tensor([[1e-9], [1 - 2.0**-30]]), torch.tensor([[1.0], [0.0]])),
    ]
    return [loss_case(name, F.binary_cross_entropy, 'p', q, {'targets': y}) for name, q, y in rows]


def binary_cross_entropy_logits():
    both = lambda *zs: (torch.tensor([[z] for z in zs for _ in (0, 1)]), torch.tensor([[0.0], [1.0]] * len(zs)))
    rows = [
        ('9 rows', draw(9, 1, scale=3), draw_labels(9, 2)[:, None].double()),
        ('soft targets', draw(3, 1), torch.tensor([[0.2], [1.0], [0.6]])),
        ('z of 0, both targets', *both(0.0)),
        ('z of 30, both signs and targets', *both(30.0, -30.0)),
        ('z of 1000, both signs and targets', *both(1000.0, -1000.0)),
    ]
    return [loss_case(name, F.binary_cross_entropy_with_logits, 'z', z, {'targets': y}) for name, z, y in rows]


def mean_squared_error():
    mean_all = lambda y, t: F.mse_loss(y, t)
    sum_outputs = lambda y, t: F.mse_loss(y, t, reduction='none').sum(1).mean()
    cases = []
    for shape in [(5, 3), (7, 1), (1, 1), (1, 4)]:
        y, t = draw(*shape), draw(*shape)
        name = 'x'.join(map(str, shape))
        cases.append(loss_case(f'{name}, mean over all elements', mean_all, 'y', y, {'targets': t}, convention='mean over all elements'))
        cases.append(loss_case(f'{name}, sum over outputs, mean over rows', sum_outputs, 'y', y, {'targets': t}, convention='sum over outputs, mean over rows'))
    return cases


# Networks -----------------------------------------------------------------------------------------------------------


def sgd_steps(loss_of, params, lr, steps):
    """Losses before each step and after the last; the parameters after the last."""
    params = {name: leaf(p) for name, p in params.items()}
    optimizer = torch.optim.SGD(params.values(), lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_of(params)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    losses.append(loss_of(params).detach())
    return torch.stack(losses), {f'{name}After': p.detach() for name, p in params.items()}


def three_layer_network():
    """The course's network in small: linear, ReLU, linear, ReLU, linear, softmax, mean of -log p_y; then SGD."""
    sizes, B = (11, 7, 5, 4), 6
    labels = torch.tensor([0, 3, 1, 2, 3, 1])

    def forward(p, x):
        a = {'z1': x @ p['W1'] + p['b1']}
        a['h1'] = F.relu(a['z1'])
        a['z2'] = a['h1'] @ p['W2'] + p['b2']
        a['h2'] = F.relu(a['z2'])
        a['logits'] = a['h2'] @ p['W3'] + p['b3']
        a['proba'] = F.softmax(a['logits'], 1)
        a['loss'] = F.nll_loss(torch.log(a['proba']), labels)
        return a

    kink = 0
    while kink < 1e-3:  # draw until no ReLU input is so close to 0 that a rounding could flip it
        x, params = draw(B, sizes[0]), {}
        for l, (m, n) in enumerate(zip(sizes, sizes[1:]), 1):
            params[f'W{l}'], params[f'b{l}'] = draw(m, n, scale=math.sqrt(2 / m)), draw(n, scale=0.1)
        leaves = {'x': leaf(x), **{name: leaf(p) for name, p in params.items()}}
        acts = forward(leaves, leaves['x'])
        kink = min(acts['z1'].abs().min(), acts['z2'].abs().min())
    wrt = {**{k: v for k, v in acts.items() if k != 'loss'}, **leaves}
    grads = torch.autograd.grad(acts['loss'], list(wrt.values()))
    outputs = dict(acts)
    for name, grad in zip(wrt, grads):
        outputs['d' + name if name[0] == 'b' else 'd' + name[0].upper() + name[1:]] = grad
    losses, after = sgd_steps(lambda p: forward(p, x)['loss'], params, 0.1, 3)
    inputs = {'x': x, 'labels': labels, **params}
    return [case('11-7-5-4, batch 6', inputs, {**outputs, 'losses': losses, **after}, lr=0.1, steps=3)]


def logistic_regression():
    cases = []
    for B, D in [(9, 5), (1, 1)]:
        x, y = draw(B, D), draw_labels(B, 2)[:, None].double()
        params = {'W': draw(D, 1, scale=0.5), 'b': draw(1, scale=0.1)}
        leaves = {'x': leaf(x), **{name: leaf(p) for name, p in params.items()}}
        z = leaves['x'] @ leaves['W'] + leaves['b']
        p = torch.sigmoid(z)
        loss = F.binary_cross_entropy(p, y)
        dP, dZ, dX, dW, db = torch.autograd.grad(loss, [p, z, leaves['x'], leaves['W'], leaves['b']])
        loss_of = lambda q: F.binary_cross_entropy_with_logits(x @ q['W'] + q['b'], y)
        losses, after = sgd_steps(loss_of, params, 0.1, 3)
        outputs = {'z': z, 'p': p, 'loss': loss, 'dP': dP, 'dZ': dZ, 'dX': dX, 'dW': dW, 'db': db, 'losses': losses, **after}
        cases.append(case(f'{B} rows, {D} features', {'x': x, 'targets': y, **params}, outputs, lr=0.1, steps=3))
    return cases


# Optimizers ---------------------------------------------------------------------------------------------------------

OPTIMIZERS = {
    'sgd': (torch.optim.SGD, {'lr': 0.1}),
    'sgd, weight decay': (torch.optim.SGD, {'lr': 0.1, 'weight_decay': 0.1}),
    'momentum': (torch.optim.SGD, {'lr': 0.1, 'momentum': 0.9}),
    'nesterov': (torch.optim.SGD, {'lr': 0.1, 'momentum': 0.9, 'nesterov': True}),
    'rmsprop': (torch.optim.RMSprop, {'lr': 0.01, 'alpha': 0.99, 'eps': 1e-8}),
    'adagrad': (torch.optim.Adagrad, {'lr': 0.01, 'eps': 1e-10}),
    'adam': (torch.optim.Adam, {'lr': 0.01, 'betas': (0.9, 0.999), 'eps': 1e-8}),
    'adam, L2': (torch.optim.Adam, {'lr': 0.01, 'betas': (0.9, 0.999), 'eps': 1e-8, 'weight_decay': 0.1}),
    'adamw': (torch.optim.AdamW, {'lr': 0.01, 'betas': (0.9, 0.999), 'eps': 1e-8, 'weight_decay': 0.1}),
}


def optimizers():
    """thetas[t] is the parameter after step t + 1, gradients[t] what that step was given."""
    ramp = torch.stack([t * torch.tensor([0.1, -0.2, 0.3]) for t in (1, 2, 3)])
    paths = {
        'ramp, 3 steps': (torch.tensor([1.0, -2.0, 0.5]), ramp),
        'random, 7 steps': (draw(3, 2), draw(7, 3, 2)),
        'zeros among the gradients': (draw(4), draw(5, 4) * torch.tensor([1.0, 0.0, 1.0, 0.0])),
    }
    cases = []
    for who, (make, options) in OPTIMIZERS.items():
        for name, (theta, gradients) in paths.items():
            p = leaf(theta)
            optimizer = make([p], **options)
            thetas = []
            for g in gradients:
                p.grad = g.clone()
                optimizer.step()
                thetas.append(p.detach().clone())
            inputs = {'theta': theta, 'gradients': gradients}
            cases.append(case(f'{who}: {name}', inputs, {'thetas': torch.stack(thetas)}, optimizer=who, **options))
    return cases


# Metrics ------------------------------------------------------------------------------------------------------------


def area_by_pairs(scores, positive):
    """The definition: the share of (positive, negative) pairs in the right order, ties counted half."""
    pos, neg = scores[positive == 1], scores[positive == 0]
    diff = pos[:, None] - neg[None, :]
    return float(((diff > 0) + 0.5 * (diff == 0)).mean())


def binary_metrics():
    n = 57
    positive = rng.integers(0, 2, n)
    scores = np.clip(np.round(0.35 * positive + rng.uniform(0, 0.65, n), 4), 0, 1)
    rows = {
        'distinct scores': (positive, scores),
        'many ties': (positive, np.round(scores, 1)),
        'all scores equal': (positive, np.full(n, 0.5)),
        'perfect': (positive, 0.25 + 0.5 * positive),
        'reversed': (positive, 0.75 - 0.5 * positive),
        'rare positives': ((np.arange(n) % 19 == 0).astype(int), np.round(rng.uniform(0, 1, n), 2)),
    }
    cases = []
    for name, (y, s) in rows.items():
        area = sklearn.metrics.roc_auc_score(y, s)
        assert abs(area - area_by_pairs(s, y)) < 1e-14
        for threshold in (0.5, 0.3):
            predicted = (s >= threshold).astype(int)
            tn, fp, fn, tp = sklearn.metrics.confusion_matrix(y, predicted, labels=[0, 1]).ravel()
            outputs = {
                'auc': area, 'accuracy': sklearn.metrics.accuracy_score(y, predicted),
                'tp': int(tp), 'fp': int(fp), 'fn': int(fn), 'tn': int(tn),
            }
            if tp + fp > 0:
                outputs['precision'] = sklearn.metrics.precision_score(y, predicted)
            outputs['recall'] = sklearn.metrics.recall_score(y, predicted)
            inputs = {'positive': torch.from_numpy(y), 'scores': torch.from_numpy(s)}
            cases.append(case(f'{name}, threshold {threshold}', inputs, outputs, threshold=threshold))
    return cases


def regression_metrics():
    n = 33
    targets = np.round(rng.normal(20, 5, n), 3)
    rows = {
        'good': targets + np.round(rng.normal(0, 1, n), 3),
        'with ties': np.round(targets / 5) * 5,
        'the mean': np.full(n, targets.mean()),
        'worse than the mean': np.round(rng.normal(0, 10, n), 3),
        'exact': targets.copy(),
    }
    cases = []
    for name, predicted in rows.items():
        mse = sklearn.metrics.mean_squared_error(targets, predicted)
        outputs = {'mse': mse, 'rmse': math.sqrt(mse), 'r2': sklearn.metrics.r2_score(targets, predicted)}
        inputs = {'targets': torch.from_numpy(targets), 'predicted': torch.from_numpy(predicted)}
        cases.append(case(name, inputs, outputs))
    return cases


def confusion():
    y, predicted = rng.integers(0, 4, 61), rng.integers(0, 4, 61)
    predicted[:40] = y[:40]
    matrix = sklearn.metrics.confusion_matrix(y, predicted, labels=range(5))  # class 4 never occurs
    outputs = {'matrix': torch.from_numpy(matrix), 'accuracy': sklearn.metrics.accuracy_score(y, predicted)}
    inputs = {'labels': torch.from_numpy(y), 'predicted': torch.from_numpy(predicted)}
    return [case('61 rows, 5 classes of which one is empty', inputs, outputs, classes=5)]


FILES = {
    'linear': linear,
    'relu': lambda: elementwise(F.relu, True),
    'leaky-relu': leaky_relu,
    'sigmoid': lambda: elementwise(torch.sigmoid, False),
    'tanh': lambda: elementwise(torch.tanh, False),
    'softmax': softmax,
    'cross-entropy-logits': cross_entropy_logits,
    'cross-entropy-probabilities': cross_entropy_probabilities,
    'binary-cross-entropy-logits': binary_cross_entropy_logits,
    'binary-cross-entropy-probabilities': binary_cross_entropy_probabilities,
    'mean-squared-error': mean_squared_error,
    'three-layer-network': three_layer_network,
    'logistic-regression': logistic_regression,
    'optimizers': optimizers,
    'binary-metrics': binary_metrics,
    'regression-metrics': regression_metrics,
    'confusion-matrix': confusion,
}


# Writing ------------------------------------------------------------------------------------------------------------


def plain(value):
    """A tensor as {shape, data} (row-major), a number as {shape: [], data: [number]}."""
    t = value.detach() if torch.is_tensor(value) else torch.tensor(value)
    assert torch.isfinite(t).all(), 'JSON has no infinities'
    return {'shape': list(t.shape), 'data': t.contiguous().reshape(-1).tolist()}


def document(cases):
    whole = {'torch': torch.__version__, 'numpy': np.__version__, 'sklearn': sklearn.__version__, 'cases': []}
    for c in cases:
        fields = {k: {name: plain(v) for name, v in c[k].items()} for k in ('inputs', 'outputs')}
        whole['cases'].append({**c, **fields})
    return whole


def text(whole):
    """One line a tensor."""
    lines = []
    for c in whole['cases']:
        head = [f'      {json.dumps(k)}: {json.dumps(c[k])}' for k in ('name', 'options') if k in c]
        for k in ('inputs', 'outputs'):
            tensors = ',\n'.join(f'        {json.dumps(name)}: {json.dumps(t)}' for name, t in c[k].items())
            head.append(f'      "{k}": {{\n{tensors}\n      }}')
        lines.append('    {\n' + ',\n'.join(head) + '\n    }')
    versions = ',\n'.join(f'  {json.dumps(k)}: {json.dumps(v)}' for k, v in whole.items() if k != 'cases')
    return '{\n' + versions + ',\n  "cases": [\n' + ',\n'.join(lines) + '\n  ]\n}\n'


def difference(ours, theirs):
    """The largest difference relative to a tensor's largest element; None where names or shapes differ."""
    worst = 0.0
    if [c['name'] for c in ours['cases']] != [c['name'] for c in theirs['cases']]:
        return None
    for a, b in zip(ours['cases'], theirs['cases']):
        for k in ('inputs', 'outputs'):
            if {n: t['shape'] for n, t in a[k].items()} != {n: t['shape'] for n, t in b[k].items()}:
                return None
            for n in a[k]:
                x, y = np.array(a[k][n]['data'], float), np.array(b[k][n]['data'], float)
                worst = max(worst, float(np.abs(x - y).max() / max(1e-300, np.abs(y).max())))
    return worst


def main():
    global rng
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true')
    check = parser.parse_args().check
    failed = False
    for name, make in FILES.items():
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        whole = json.loads(json.dumps(document(make())))
        path = FOLDER / f'{name}.json'
        if not check:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(text(whole))
            print(f'{name}: {len(whole["cases"])} cases')
            continue
        worst = difference(whole, json.loads(path.read_text()))
        failed |= worst is None or worst > 1e-13
        print(f'{name}: {"other names or shapes" if worst is None else f"largest relative difference {worst:.1e}"}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
