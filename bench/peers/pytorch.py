"""PyTorch on one CPU thread: nn.Sequential with autograd and torch.optim.SGD, or the backward pass by hand (--variant hand)."""
import os

# before the import: torch.set_num_threads does not reach a BLAS with threads of its own (Debian's OpenBLAS took two)
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import torch
from torch import nn

from bench_case import bench_case, measure, report

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
case = bench_case(variant='autograd')
x = torch.from_numpy(case.x)
labels = torch.from_numpy(case.labels)
last = len(case.sizes) - 2


def autograd():
    layers = []
    for l, (W, b) in enumerate(zip(case.weights, case.biases)):
        linear = nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W).T)  # torch keeps (out, in)
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, nn.ReLU()] if l < last else [linear]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=case.lr)
    criterion = nn.CrossEntropyLoss()

    def step(k):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x[k]), labels[k])
        loss.backward()
        optimizer.step()
        return loss

    return step


def hand():
    weights = [torch.from_numpy(W.copy()) for W in case.weights]
    biases = [torch.from_numpy(b.copy()) for b in case.biases]
    one_hot = nn.functional.one_hot(labels, case.sizes[-1]).float()

    @torch.no_grad()
    def step(k):
        inputs = [x[k]]
        for l in range(last + 1):
            z = torch.addmm(biases[l], inputs[l], weights[l])
            inputs.append(z.relu_() if l < last else z)
        log_prob = inputs[-1].log_softmax(1)
        loss = -(log_prob * one_hot[k]).sum() / case.batch
        dz = (log_prob.exp_() - one_hot[k]).div_(case.batch)
        for l in range(last, -1, -1):
            dh = (dz @ weights[l].T).mul_(inputs[l] > 0) if l > 0 else None
            weights[l].addmm_(inputs[l].T, dz, alpha=-case.lr)
            biases[l].sub_(dz.sum(0), alpha=case.lr)
            dz = dh
        return loss

    return step


times, loss = measure(case, {'autograd': autograd, 'hand': hand}[case.variant]())
report('pytorch', torch.__version__, 'cpu', case, times, loss, torch.get_num_threads())
