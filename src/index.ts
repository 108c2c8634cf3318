/** NeuroForge: neural networks whose backward passes are written by hand. The public API, on one page. */

// Where numbers live and are computed.
export type { Backend, DType } from './backends/backend.ts';
export { type BackendName, backend } from './backends/default.ts';
export { type OpenBackendOptions, openBackend } from './backends/open.ts';
export { type ErrorDetails, NeuroForgeError } from './core/errors.ts';
export type { Shape } from './core/shape.ts';
export type { Batch } from './data/batch.ts';
// Data.
export type { Dataset, LabelledDataset, Scaling, ScalingKind, Split } from './data/dataset.ts';
export { subset } from './data/dataset.ts';
export { dataDefaults } from './data/defaults.ts';
export { breastCancer } from './data/embedded/breast-cancer.ts';
export { digits } from './data/embedded/digits.ts';
export { iris } from './data/embedded/iris.ts';
export { type BatchOptions, Loader, type LoaderOptions } from './data/loader.ts';
export { type NpyArray, readNpy, writeNpy } from './data/npy.ts';
export { readNpz, writeNpz } from './data/npz.ts';
export { type OpenOptions, openData } from './data/open.ts';
export { fitScaling } from './data/scaling.ts';
export { type SplitOptions, splitData } from './data/splits.ts';
export { type DataWarning, dataWarnings, type WarningOptions } from './data/warnings.ts';
// Files.
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  loadWeights,
  type SaveOptions,
  saveModel,
} from './io/model-file.ts';
export { weightsHash } from './io/weights.ts';
export { flatten } from './layers/flatten.ts';
// Layers: a function with its derivative.
export type { Gradient } from './layers/gradient.ts';
export {
  constant,
  gaussian,
  type InitName,
  type InitScheme,
  initSchemes,
  uniform,
  values,
} from './layers/initializers.ts';
export {
  defineLayer,
  type InitContext,
  type Layer,
  type LayerContext,
  type LayerDefinition,
  type LayerRegistry,
} from './layers/layer.ts';
export { leakyRelu } from './layers/leaky-relu.ts';
export { type LinearOptions, linear } from './layers/linear.ts';
export type { Initializer, Parameters, Snapshot } from './layers/parameters.ts';
export { relu } from './layers/relu.ts';
export { sigmoid } from './layers/sigmoid.ts';
export { softmax, softmaxJacobian } from './layers/softmax.ts';
export { tanh } from './layers/tanh.ts';
export { binaryCrossEntropy } from './losses/binary-cross-entropy.ts';
export { binaryCrossEntropyFromProbabilities } from './losses/binary-cross-entropy-from-probabilities.ts';
export { crossEntropy } from './losses/cross-entropy.ts';
export { crossEntropyFromProbabilities } from './losses/cross-entropy-from-probabilities.ts';
// Losses.
export type { Loss, LossResult } from './losses/loss.ts';
export { meanSquaredError } from './losses/mean-squared-error.ts';
export { logistic } from './models/logistic.ts';
export { type MlpOptions, mlp } from './models/mlp.ts';
export { type BuildOptions, build, type Model } from './models/model.ts';
// Models and optimizers.
export { sequential } from './models/sequential.ts';
export { type LayerSummary, type MemorySummary, type ModelSummary, modelSummary } from './models/summary.ts';
export { Optimizer, type OptimizerState, type Schedule, type Transform } from './optim/optimizer.ts';
export { sgd } from './optim/sgd.ts';
export { Arena } from './tensor/arena.ts';
export { type Draw, full, indices, ones, type Place, rand, randn, randomMask, tensor, zeros } from './tensor/create.ts';
export { debug } from './tensor/debug.ts';
export { fused } from './tensor/fuse.ts';
export { argmax, gatherRows, Indices } from './tensor/indices.ts';
export { scope } from './tensor/scope.ts';
// Tensors.
export { Tensor } from './tensor/tensor.ts';
export { type Autopsy, autopsy } from './train/autopsy/autopsy.ts';
export type { Cause } from './train/autopsy/evidence.ts';
export { loadCheckpoint, saveCheckpoint } from './train/checkpoint.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './train/evaluate.ts';
export type {
  CheckpointEvent,
  DoneEvent,
  EpochEvent,
  FitEvent,
  FitResult,
  StartEvent,
  StepEvent,
  WarningEvent,
} from './train/events.ts';
// Training.
export { type Fit, fit } from './train/fit.ts';
export type { CheckpointRule, FitData, FitOptions } from './train/fit-options.ts';
export { confusionMatrix, type Metrics, type Predictions, type RocPoint, rocArea, rocPoints } from './train/metrics.ts';
export type { Best, Position, TrainingState } from './train/state.ts';
export { trainStep } from './train/step.ts';

// Verification.
export { type Exercise, type ExerciseId, exercises } from './verify/exercises.ts';
export { type ForgedOptions, forgeNetwork } from './verify/forged.ts';
export {
  type GradcheckOptions,
  gradcheckLayer,
  gradcheckLoss,
  gradcheckModel,
  type LayerGradcheckOptions,
  type LossGradcheckOptions,
} from './verify/gradcheck.ts';
export {
  type Check,
  type Fingerprint,
  type Grade,
  type GradedTensor,
  type GradeOptions,
  grade,
} from './verify/grade.ts';
export type { GradcheckEntry, GradcheckReport } from './verify/report.ts';
