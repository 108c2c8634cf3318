// What one would write by hand for the programs of ../programs.mjs: few passes, four rows at a time where a sum over a
// row would otherwise wait for itself, everything of a row in registers. Addresses in bytes; columns in whole vectors
// but for the softmaxes. Each rounding is that of the definition, so that results can be compared in their bits.
export { biasRelu, biasReluBackward } from './bias-relu';
export { layerNorm, layerNormBackward } from './layer-norm';
export { adamw, sgd } from './optimizers';
export { crossEntropy, softmax } from './softmax';
