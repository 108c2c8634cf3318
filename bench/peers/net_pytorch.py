"""The network in PyTorch: nn.Sequential, autograd and torch.optim.SGD, as documented."""
import os

# before the import: torch.set_num_threads does not reach a BLAS with threads of its own (Debian's OpenBLAS took two)
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import torch
from torch import nn

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


def network(weights, biases):
    """From weights (in, out): logits (B, classes), or (B) when there is one output."""
    layers, last = [], len(weights) - 1
    for l, (W, b) in enumerate(zip(weights, biases)):
        linear = nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W).T)  # torch keeps (out, in)
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, nn.ReLU()] if l < last else [linear]
    if weights[-1].shape[1] == 1:
        layers.append(nn.Flatten(0))
    return nn.Sequential(*layers)


def trainer(model, lr, binary=False):
    """A step on (x, labels) that answers the loss; binary labels are floats."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    criterion = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()

    def step(x, labels):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss

    return step
