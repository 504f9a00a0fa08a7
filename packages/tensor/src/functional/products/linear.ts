import { accumulate as addInPlace, columnSum, geluBackward, geluBackwardWithBias, gemm } from '@attune/kernels';
import { joinContiguous } from '@attune/kernels/internal';
import type { ElementType, GemmColumnSums, GpuArray } from '@attune/kernels';
import { arrayOf, instanceOf, oneOf, optional, requireArgument } from '@attune/validate';
import { allocateResult, needsGraph, operationResult } from '../../autograd/operation.ts';
import type { OperationResult } from '../../autograd/operation.ts';
import { precision } from '../../autograd/precision.ts';
import type { Gradients } from '../../autograd/gradients.ts';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import type { Parameter } from '../../nn/parameter/parameter.ts';
import { asMatrix, formatShape, requireShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { requireFloats, requireGivenOptions } from '../checks.ts';
import type { DType, FloatType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

/** Options of `linear`. */
export interface LinearOptions {
  /** Applied to the result, in the same kernel. `gelu` is the exact one, by erf. Default: none. */
  readonly activation?: 'gelu' | undefined;
}

const optionKinds = { activation: optional(oneOf('gelu')) };

/**
 * `activation(input weightᵀ + bias)`, as `torch.nn.functional.linear`. f32 or f16, of the type of
 * `input`, or under `autocast` f16; gradients flow to all three.
 *
 * @param input [..., in]
 * @param weight [out, in]
 * @param bias [out]
 * @returns [..., out]
 * @throws ShapeError, TensorError
 */
export function linear<D extends DType, W extends DType, B extends DType>(
  input: Floats<D>,
  weight: Floats<W>,
  bias: Floats<B> | null = null,
  options: LinearOptions = {},
): Tensor<FloatType> {
  requireAtMost('linear', 4, arguments, optionKinds);
  requireFloats('linear', 'input', input);
  requireFloats('linear', 'weight', weight, input);
  if (bias !== null) requireFloats('linear', 'bias', bias, input);
  requireGivenOptions('linear', options, optionKinds);
  // Products add biases in f32.
  const single = bias && inSinglePrecision(bias);
  return product({ input, weights: [weight], biases: single && [single], activation: options.activation });
}

const parameters = arrayOf(instanceOf(Tensor), 'Parameters');

/**
 * Several linear layers of one input, computed as one: the result has the columns of the first
 * layer, then those of the second, and so on.
 *
 * @param input [..., in]
 * @param weights each [out, in], laid side by side by `makeContiguous`
 * @param biases each [out], laid side by side too
 * @returns [..., sum of out]
 * @throws ShapeError
 * @throws TensorError when the weights or the biases are not contiguous; `areContiguous` checks
 *   that
 */
export function fusedLinear(input: Tensor, weights: readonly Parameter[], biases: readonly Parameter[]): Tensor {
  requireFloats('fusedLinear', 'input', input);
  requireArgument('fusedLinear', 'weights', weights, parameters, TensorError);
  requireArgument('fusedLinear', 'biases', biases, parameters, TensorError);
  return product({ input, weights, biases, activation: undefined });
}

interface Layers {
  readonly input: Tensor;
  readonly weights: readonly Tensor[];
  readonly biases: readonly Tensor[] | null;
  readonly activation: 'gelu' | undefined;
}

/** What the forward pass computes and the backward pass reads. */
interface Product extends Layers {
  readonly rows: number;
  /** Width of the input. */
  readonly columns: number;
  /** Width of the result. */
  readonly outputs: number;
  readonly dtype: ElementType;
  /** The weights as one matrix [outputs, columns], or their f16 copies. */
  readonly matrix: GpuArray;
  /** Retains the f16 copies for the backward pass, where the matrix consists of them. */
  readonly hold: OperationResult['hold'];
  /** The input in f16, where all its products round it anyway. */
  readonly halfInput: GpuArray | null;
  readonly output: GpuArray;
  /** The input of the activation, where there is one and a gradient can flow. */
  readonly preActivation: GpuArray | null;
}

function product<D extends DType>(layers: Layers): Tensor<D> {
  const { input, weights, biases } = layers;
  const computed = forward(layers);
  return operationResult({
    operation,
    inputs: [input, ...weights, ...(biases ?? [])],
    array: computed.output,
    shape: [...input.shape.slice(0, -1), computed.outputs],
    saved: [computed.preActivation, computed.halfInput],
    preActivation: takesApart(input.device) ? computed.preActivation : null,
    readsResult: false,
    hold: computed.hold,
    backward: (gradients) => backward(computed, gradients),
  });
}

const operation = 'linear';

function forward(layers: Layers): Product {
  const { input, weights, biases, activation } = layers;
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  const outputs = readWidth(layers, columns);
  const halves = precision.current;
  const half = halves?.ofWeights(weights) ?? null;
  const dtype = half ? 'f16' : input.array.elementType;
  const matrix = half ?? joined(weights);
  const bias = biases && joined(biases);
  const output = allocateResult(device, dtype, [rows, outputs], operation);
  const preActivation =
    activation && needsGraph([input, ...weights, ...(biases ?? [])])
      ? allocateResult(device, dtype, [rows, outputs], 'linear before its activation')
      : null;
  const halfInput = (half && halves?.ofInput(input, half, outputs)) ?? null;
  gemm(device, {
    a: halfInput ?? input.array,
    b: matrix,
    output,
    m: rows,
    n: outputs,
    k: columns,
    layout: 'NT',
    bias: bias ?? undefined,
    activation,
    preActivation: preActivation ?? undefined,
  });
  const hold = half && halves ? () => halves.hold(weights) : undefined;
  const sizes = { rows, columns, outputs };
  return { input, weights, biases, activation, ...sizes, dtype, matrix, hold, halfInput, output, preActivation };
}

/** @returns the width of the result */
function readWidth({ input, weights, biases }: Layers, columns: number): number {
  let outputs = 0;
  for (let index = 0; index < weights.length; index++) {
    const { shape } = weights[index] as Tensor;
    const own = shape[0] ?? 1;
    outputs += own;
    if (shape.length !== 2 || shape[1] !== columns)
      requireShape(operation, `weight (input is ${formatShape(input.shape)})`, shape, [own, columns]);
    if (biases) requireShape(operation, 'bias', biases[index]?.shape ?? [], [own]);
  }
  return outputs;
}

function backward(computed: Product, gradients: Gradients): void {
  const { input, halfInput, preActivation } = computed;
  const gradOutput = preActivation ? activationBackward(computed, preActivation, gradients) : gradients.output;
  const again = computedAgain.has(input) ? input.node?.preActivation : null;
  if (again) {
    const replacesPreActivation = computed.weights.some(({ requiresGrad }) => requiresGrad);
    addToInput(computed, gradients, { gradOutput, replacesPreActivation });
    addToParameters(computed, gradients, { gradOutput, read: again });
  } else {
    // The input may be released before memory for its gradient is allocated.
    addToParameters(computed, gradients, { gradOutput, read: halfInput ?? gradients.read(input) });
    addToInput(computed, gradients, { gradOutput });
  }
  if (preActivation && gradOutput !== gradients.beforeActivation) input.device.release(gradOutput);
}

/** Adds the gradients of weights and biases. `read` is the input, as its products read it. */
function addToParameters(
  { input: { device }, weights, biases, rows, columns, outputs, preActivation }: Product,
  gradients: Gradients,
  { gradOutput, read }: { readonly gradOutput: GpuArray; readonly read: GpuArray },
): void {
  const addWeights = (columnSums?: GemmColumnSums) =>
    gradients.addToGroup(weights, (output, accumulate) => {
      const operands = { a: gradOutput, b: read, m: outputs, n: columns, k: rows, layout: 'TN' } as const;
      gemm(device, { ...operands, output, accumulate, columnSums });
    });
  const remaining = preActivation && !takesApart(device) ? null : biases;
  if (!remaining) addWeights();
  else if (weights.some(({ requiresGrad }) => requiresGrad) && remaining.some(({ requiresGrad }) => requiresGrad))
    gradients.addToGroup(remaining, (output, accumulate) => addWeights({ output, accumulate }));
  else {
    addWeights();
    gradients.addToGroup(remaining, (output, accumulate) =>
      columnSum(device, { input: gradOutput, output, rows, columns: outputs, accumulate }),
    );
  }
}

/**
 * Adds the gradient of the input, or where the input is a GELU, of the input of that; its memory
 * may then receive the GELU again.
 */
function addToInput(
  { input, weights, matrix, hold, rows, columns, outputs }: Product,
  gradients: Gradients,
  {
    gradOutput,
    replacesPreActivation,
  }: { readonly gradOutput: GpuArray; readonly replacesPreActivation?: boolean | undefined },
): void {
  const { device } = input;
  // An f16 copy is still that of the forward pass.
  if (input.requiresGrad && !hold) for (const weight of weights) gradients.read(weight);
  // An optimizer that was created since may have moved the weights.
  const b = matrix.released && !hold ? joined(weights) : matrix;
  const operands = { a: gradOutput, b, m: rows, n: columns, k: outputs, layout: 'NN' } as const;
  const isAdded = gradients.addBeforeActivation(input, (preActivation, output, accumulate) => {
    const gelu = { activation: 'geluBackward', preActivation, replacesPreActivation } as const;
    gemm(device, { ...operands, output, accumulate, ...gelu });
  });
  if (!isAdded) gradients.add(input, (output, accumulate) => gemm(device, { ...operands, output, accumulate }), true);
}

/** Inputs that the backward pass recomputes, as the GELU of what was kept. */
const computedAgain = new WeakSet<Tensor>();

/**
 * Releases an f16 result of `linear` with GELU where the backward pass can recompute it on the way:
 * on GPUs, where the backward of GELU is part of the next layer's product. For callers that hold
 * the only reference, once the one linear layer that reads it is recorded.
 */
export function releaseActivated(result: Tensor): void {
  const isKept = result.device.disabledVariants.has('linear geluAgain');
  if (isKept || result.node?.preActivation?.elementType !== 'f16') return;
  computedAgain.add(result);
  result.dispose();
}

/**
 * Whether the backward of GELU and the bias gradients are computed within products, which saves
 * dispatches: on GPUs. On software adapters they are one kernel, whose sums have another order.
 */
const takesApart = ({ profile }: Device): boolean => !profile.software;

/**
 * The gradient before the activation; on software adapters the same kernel sums it to the gradient
 * of the biases.
 */
function activationBackward(computed: Product, preActivation: GpuArray, gradients: Gradients): GpuArray {
  const { input, biases, rows, outputs, dtype } = computed;
  const { device } = input;
  const added = gradients.beforeActivation;
  if (added && !gradients.hasOutput) return added;
  const { length } = computed.output;
  const gradInput = device.allocate(dtype, length, 'gradient before the activation');
  const given = { gradOutput: gradients.output, input: preActivation, gradInput };
  if (!takesApart(device) && biases?.some(({ requiresGrad }) => requiresGrad)) {
    gradients.addToGroup(biases, (gradBias, accumulate) =>
      geluBackwardWithBias(device, { ...given, gradBias, rows, columns: outputs, accumulate }),
    );
  } else {
    geluBackward(device, { ...given, length: rows * outputs });
  }
  if (added) addInPlace(device, { value: added, target: gradInput, length: rows * outputs });
  return gradInput;
}

function joined(tensors: readonly Tensor[]): GpuArray {
  const array = joinContiguous(tensors.map((tensor) => tensor.array));
  if (!array) throw new TensorError('fusedLinear: the parameters are not contiguous; ask areContiguous() first');
  return array;
}
