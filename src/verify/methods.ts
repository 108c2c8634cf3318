/** What a learner can do with a tensor, in sentences with `code` in them. */
export const methods: readonly string[] = [
  'A tensor has `add`, `sub`, `mul`, `div`, `neg`, `matmul`, `colSum`, `rowSum`, `gt`, `ge`, `T`, `rows` and `cols`; each operation makes a new one.',
  '`toArray()` gives its numbers in nested arrays; `tensor(array)`, `zeros(rows, cols)` and `ones(rows, cols)` make a tensor.',
];
