"""JAX on one CPU thread: the whole step under jit, its parameters donated."""
import os
import sys

# this file is called jax.py: its own folder must not hide the package
here = os.path.dirname(os.path.abspath(__file__))
sys.path = [p for p in sys.path if os.path.abspath(p or '.') != here]
os.environ['XLA_FLAGS'] = os.environ.get('XLA_FLAGS', '') + ' --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'
os.environ.setdefault('JAX_PLATFORMS', 'cpu')
if hasattr(os, 'sched_setaffinity'):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # XLA has no switch that holds it to one thread everywhere

import jax
import jax.numpy as jnp

sys.path.append(here)
from bench_case import bench_case, measure, report

case = bench_case()
last = len(case.sizes) - 2


def loss_of(params, x, labels):
    h = x
    for l, (W, b) in enumerate(params):
        h = h @ W + b
        if l < last:
            h = jax.nn.relu(h)
    return -jnp.take_along_axis(jax.nn.log_softmax(h), labels[:, None], axis=1).mean()


def step_of(params, x, labels):
    loss, grads = jax.value_and_grad(loss_of)(params, x, labels)
    return loss, jax.tree_util.tree_map(lambda p, g: p - case.lr * g, params, grads)


compiled = jax.jit(step_of, donate_argnums=0)
batches = [(jnp.asarray(x), jnp.asarray(labels)) for x, labels in zip(case.x, case.labels.astype('int32'))]
params = [(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(case.weights, case.biases)]


def step(k):
    global params
    loss, params = compiled(params, *batches[k])
    jax.block_until_ready(params)
    return loss


times, loss = measure(case, step)
report('jax', jax.__version__, 'cpu', case, times, loss)
