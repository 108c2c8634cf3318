"""PyTorch on one CPU thread: nn.Sequential with autograd and torch.optim.SGD, or the backward pass by hand (--variant hand)."""
from net_pytorch import network, nn, torch, trainer

from bench_case import bench_case, measure, report

case = bench_case(variant='autograd')
x = torch.from_numpy(case.x)
binary = case.sizes[-1] == 1
labels = torch.from_numpy(case.labels)
last = len(case.sizes) - 2


def autograd():
    y = labels.float() if binary else labels
    step = trainer(network(case.weights, case.biases), case.lr, binary)
    return lambda k: step(x[k], y[k])


def hand():
    weights = [torch.from_numpy(W.copy()) for W in case.weights]
    biases = [torch.from_numpy(b.copy()) for b in case.biases]
    target = labels.float()[:, :, None] if binary else nn.functional.one_hot(labels, case.sizes[-1]).float()

    def of_logits(z, y):
        """Mean loss of logits z, and its gradient."""
        if binary:
            return nn.functional.binary_cross_entropy_with_logits(z, y), (z.sigmoid() - y).div_(case.batch)
        log_prob = z.log_softmax(1)
        return -(log_prob * y).sum() / case.batch, (log_prob.exp_() - y).div_(case.batch)

    @torch.no_grad()
    def step(k):
        inputs = [x[k]]
        for l in range(last + 1):
            z = torch.addmm(biases[l], inputs[l], weights[l])
            inputs.append(z.relu_() if l < last else z)
        loss, dz = of_logits(inputs[-1], target[k])
        for l in range(last, -1, -1):
            dh = (dz @ weights[l].T).mul_(inputs[l] > 0) if l > 0 else None
            weights[l].addmm_(inputs[l].T, dz, alpha=-case.lr)
            biases[l].sub_(dz.sum(0), alpha=case.lr)
            dz = dh
        return loss

    return step


times, loss = measure(case, {'autograd': autograd, 'hand': hand}[case.variant](), lambda loss: loss.item())
report('pytorch', torch.__version__, 'cpu', case, times, loss, torch.get_num_threads())
