"""JAX on one CPU thread: the whole step under jit, its parameters donated."""
from net_jax import jax, jnp, parameters, stepper

from bench_case import bench_case, measure, report

case = bench_case()
compiled = stepper(case.lr, case.sizes[-1] == 1)
batches = [(jnp.asarray(x), jnp.asarray(labels)) for x, labels in zip(case.x, case.labels.astype('int32'))]
params = parameters(case.weights, case.biases)


def step(k):
    global params
    loss, params = compiled(params, *batches[k])
    jax.block_until_ready(params)
    return loss


times, loss = measure(case, step)
report('jax', jax.__version__, 'cpu', case, times, loss)
