// Symbol.dispose, for readers whose `lib` is older.
/// <reference lib="esnext.disposable" preserve="true" />
export { checkpoint } from './autograd/checkpoint.ts';
export { customOp } from './autograd/customOp.ts';
export type { CustomOp } from './autograd/customOp.ts';
export { gradcheck } from './autograd/gradcheck.ts';
export type { GradcheckOptions } from './autograd/gradcheck.ts';
export { autocast } from './autograd/autocast.ts';
export { noGrad } from './autograd/gradMode.ts';
export type { HookHandle } from './autograd/gradHooks.ts';
export type { BackwardOptions } from './autograd/runBackward.ts';
export { defaultDevice, setDefaultDevice } from './device.ts';
export type { Device } from './device.ts';
export { AutogradError, ShapeError, StateDictError, TensorError } from './errors.ts';
export { tidy } from './autograd/tidy.ts';
export { add, div, maximum, minimum, mul, pow, sub } from './functional/elementwise/binary.ts';
export { eq, ge, gt, le, logicalAnd, logicalOr, lt, ne } from './functional/elementwise/comparisons.ts';
export { lerp } from './functional/elementwise/lerp.ts';
export type { Operand } from './functional/operands.ts';
export { maskedFill, where } from './functional/elementwise/where.ts';
export {
  abs,
  ceil,
  clamp,
  cos,
  erf,
  exp,
  expm1,
  floor,
  isFinite,
  isNan,
  log,
  log1p,
  logicalNot,
  neg,
  reciprocal,
  round,
  rsqrt,
  scale,
  sign,
  sin,
  sqrt,
  square,
} from './functional/elementwise/unary.ts';
export { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from './functional/elementwise/activations.ts';
export type { ClampOptions } from './functional/elementwise/unary.ts';
export type { GeluOptions } from './functional/elementwise/activations.ts';
export { attention, attentionQkvPacked, packSequences } from './functional/attention/attention.ts';
export type { AttentionOptions, PackedSequences } from './functional/attention/attention.ts';
export { cast } from './functional/elementwise/cast.ts';
export { full, fullLike, ones, onesLike, tensor, zeros, zerosLike } from './functional/creation/create.ts';
export type { CreateOptions, MakeOptions, TensorData } from './functional/creation/create.ts';
export { bernoulli, rand, randint, randLike, randn, randnLike, randperm } from './functional/creation/draws.ts';
export type { DrawOptions } from './functional/creation/draws.ts';
export { tril, triu } from './functional/elementwise/triangles.ts';
export { oneHot } from './functional/indexing/oneHot.ts';
export { arange, eye, linspace } from './functional/creation/sequences.ts';
export type { Nested, Plain } from './nested.ts';
export { dropout } from './functional/dropout/dropout.ts';
export { embeddingSum } from './functional/embedding/embeddingSum.ts';
export type { EmbeddingSumOptions } from './functional/embedding/embeddingSum.ts';
export { gatherRows } from './functional/indexing/gatherRows.ts';
export { concat, stack } from './functional/movement/joining.ts';
export { pad } from './functional/movement/padding.ts';
export type { PadOptions } from './functional/movement/padding.ts';
export { roll } from './functional/movement/rolling.ts';
export {
  diagonal,
  expand,
  flatten,
  flip,
  permute,
  repeat,
  reshape,
  squeeze,
  transpose,
  unsqueeze,
} from './functional/movement/movement.ts';
export { chunk, narrow, select, slice, split } from './functional/movement/slicing.ts';
export type { Range } from './functional/movement/slicing.ts';
export { gather, scatterAdd, takeAlongDim } from './functional/indexing/indexing.ts';
export { indexSelect } from './functional/indexing/indexSelect.ts';
export { argSort, sort, topk } from './functional/indexing/sorting.ts';
export type { Sorted, SortOptions, TopkOptions } from './functional/indexing/sorting.ts';
export { layerNorm } from './functional/normalisation/layerNorm.ts';
export type { LayerNormOptions } from './functional/normalisation/layerNorm.ts';
export { linear } from './functional/products/linear.ts';
export type { LinearOptions } from './functional/products/linear.ts';
export {
  cosineEmbeddingLoss,
  cosineSimilarity,
  huberLoss,
  klDivLoss,
  l1Loss,
  marginRankingLoss,
  smoothL1Loss,
  tripletMarginLoss,
} from './functional/losses/comparingLosses.ts';
export type {
  CosineSimilarityOptions,
  HuberLossOptions,
  KlDivLossOptions,
  MarginLossOptions,
  SmoothL1LossOptions,
  TripletMarginLossOptions,
} from './functional/losses/comparingLosses.ts';
export { crossEntropy, nllLoss } from './functional/losses/classLosses.ts';
export type { CrossEntropyOptions, NllLossOptions } from './functional/losses/classLosses.ts';
export { bceWithLogits, mseLoss } from './functional/losses/elementLosses.ts';
export type { BceWithLogitsOptions } from './functional/losses/elementLosses.ts';
export type { LossOptions, Reduced } from './functional/losses/lossReduction.ts';
export { einsum } from './functional/products/einsum.ts';
export { matmul } from './functional/products/matmul.ts';
export { scaledDotProductAttention } from './functional/attention/scaledDotProductAttention.ts';
export type { ScaledDotProductAttentionOptions } from './functional/attention/scaledDotProductAttention.ts';
export type { DropoutOptions, RandomKey } from './functional/dropout/dropoutOptions.ts';
export { logSoftmax, softmax } from './functional/normalisation/softmax.ts';
export { cumsum } from './functional/reductions/cumsum.ts';
export { all, any, logSumExp, max, mean, min, prod, sum } from './functional/reductions/reductions.ts';
export { argMax, argMin } from './functional/reductions/argReductions.ts';
export { norm } from './functional/reductions/norm.ts';
export { std, variance, variance as var } from './functional/reductions/variance.ts';
export type { Dims, ReductionOptions } from './functional/reductions/reductionArguments.ts';
export type { NormOptions } from './functional/reductions/norm.ts';
export type { VarianceOptions } from './functional/reductions/variance.ts';
export {
  ELU,
  GELU,
  Identity,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from './nn/layers/activations.ts';
export type { ELUOptions, LeakyReLUOptions, SoftmaxOptions, SoftplusOptions } from './nn/layers/activations.ts';
export { ModuleDict, ModuleList, Sequential } from './nn/module/containers.ts';
export { Dropout } from './nn/layers/dropout.ts';
export type { DropoutModuleOptions } from './nn/layers/dropout.ts';
export { Embedding } from './nn/layers/embedding.ts';
export type { EmbeddingOptions, NewEmbeddingOptions } from './nn/layers/embedding.ts';
export type { ForwardArguments, ForwardHook, ForwardOutput, ForwardPreHook } from './nn/module/hooks.ts';
/** How weights begin, as `torch.nn.init` draws them. */
export * as init from './nn/init/init.ts';
export type { Layer } from './nn/module/layer.ts';
export { Linear } from './nn/layers/linear.ts';
export type { LinearModuleOptions, NewLinearOptions } from './nn/layers/linear.ts';
export type { NewModuleOptions } from './nn/module/moduleOptions.ts';
export { MultiheadAttention } from './nn/attention/multiheadAttention.ts';
export type { MultiheadAttentionCall, MultiheadAttentionOptions } from './nn/attention/multiheadAttention.ts';
export { LayerNorm, RMSNorm } from './nn/layers/normalisation.ts';
export type { LayerNormModuleOptions, NewLayerNormOptions, RMSNormOptions } from './nn/layers/normalisation.ts';
export { TransformerEncoder, TransformerEncoderLayer } from './nn/attention/transformer.ts';
export type {
  EncoderCall,
  EncoderLayerCall,
  TransformerEncoderLayerOptions,
  TransformerEncoderOptions,
} from './nn/attention/transformer.ts';
export { Module } from './nn/module/module.ts';
export type {
  LoadReport,
  NamedOptions,
  NamedParametersOptions,
  StateDict,
  StateDictEntry,
} from './nn/module/module.ts';
export { HalfCopies } from './nn/parameter/halfCopies.ts';
export { Parameter } from './nn/parameter/parameter.ts';
export type { ParameterOptions } from './nn/parameter/parameter.ts';
export { Adafactor } from './optim/adafactor.ts';
export type { AdafactorOptions } from './optim/adafactor.ts';
export { Adagrad } from './optim/adagrad.ts';
export type { AdagradOptions } from './optim/adagrad.ts';
export { clipGradNorm, clipGradValue } from './optim/clipGrad.ts';
export type { ClipGradNormOptions } from './optim/clipGrad.ts';
export { AdamW } from './optim/adamW.ts';
export type { AdamWOptions } from './optim/adamWOptions.ts';
export { groupParameters } from './optim/groupParameters.ts';
export type { ParameterRule } from './optim/groupParameters.ts';
export { Lion } from './optim/lion.ts';
export type { LionOptions } from './optim/lion.ts';
export { RMSprop } from './optim/rmsprop.ts';
export type { RMSpropOptions } from './optim/rmsprop.ts';
export { SGD } from './optim/sgd.ts';
export type { SGDOptions } from './optim/sgd.ts';
export type { OptimizerOptions } from './optim/optimizerOptions.ts';
export type { ParamGroup, ParamGroupOptions, Params } from './optim/paramGroup.ts';
export type { Optimizer, ScalerState } from './optim/optimizer.ts';
export { getScheduler } from './optim/schedules/getScheduler.ts';
export type { OptimizerSchedulerOptions, PlateauSchedulerOptions } from './optim/schedules/getScheduler.ts';
export { LrScheduler } from './optim/schedules/lrScheduler.ts';
export { ReduceLROnPlateau } from './optim/schedules/reduceLROnPlateau.ts';
export type { PlateauState, ReduceLROnPlateauOptions } from './optim/schedules/reduceLROnPlateau.ts';
export { ScheduleError } from './optim/schedules/schedules.ts';
export type { PlannedSchedule, Schedule, SchedulerOptions, SchedulerType } from './optim/schedules/schedules.ts';
export { Mt19937 } from './random/mt19937.ts';
export type { Mt19937State } from './random/mt19937.ts';
export { currentSeed, setSeed } from './random/seed.ts';
export { SafetensorsError } from './safetensors/dtypes.ts';
export type { SafetensorsDtype, SafetensorsEntry } from './safetensors/dtypes.ts';
export { readSafetensors } from './safetensors/readSafetensors.ts';
export type { SafetensorsFile } from './safetensors/readSafetensors.ts';
export { readStateDict } from './safetensors/readStateDict.ts';
export { writeSafetensors } from './safetensors/writeSafetensors.ts';
export type { WritableTensor } from './safetensors/writeSafetensors.ts';
export type { Shape } from './shape.ts';
export { Tensor } from './tensor.ts';
export type { DType, DataOf, FloatOf, FloatType, SumOf } from './dtypes.ts';
export { DeviceLostError, loadVariants, openDevice, OutOfMemoryError, selfTest, tuneKernels } from '@attune/kernels';
export type { DeviceInfo, TuneOptions } from '@attune/kernels';
export type { DynamicLossScale, UpdateRecord } from '@attune/kernels/internal';
