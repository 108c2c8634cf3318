"""The network in JAX on one CPU thread: the whole step under jit, its parameters donated."""
import os
import sys

# a script beside this file is called jax.py: their folder must not hide the package
here = os.path.dirname(os.path.abspath(__file__))
sys.path = [p for p in sys.path if os.path.abspath(p or '.') != here]
os.environ['XLA_FLAGS'] = os.environ.get('XLA_FLAGS', '') + ' --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'
os.environ.setdefault('JAX_PLATFORMS', 'cpu')
if hasattr(os, 'sched_setaffinity'):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # XLA has no switch that holds it to one thread everywhere

import jax
import jax.numpy as jnp

sys.path.append(here)


def parameters(weights, biases):
    return [(jnp.asarray(W), jnp.asarray(b)) for W, b in zip(weights, biases)]


def logits(params, x):
    h = x
    for W, b in params[:-1]:
        h = jax.nn.relu(h @ W + b)
    W, b = params[-1]
    return h @ W + b


def stepper(lr, binary=False):
    """A compiled step (params, x, labels) -> (loss, params)."""

    def loss_of(params, x, labels):
        z = logits(params, x)
        if binary:
            return (jax.nn.softplus(z[:, 0]) - z[:, 0] * labels).mean()
        return -jnp.take_along_axis(jax.nn.log_softmax(z), labels[:, None], axis=1).mean()

    def step(params, x, labels):
        loss, grads = jax.value_and_grad(loss_of)(params, x, labels)
        return loss, jax.tree_util.tree_map(lambda p, g: p - lr * g, params, grads)

    return jax.jit(step, donate_argnums=0)
