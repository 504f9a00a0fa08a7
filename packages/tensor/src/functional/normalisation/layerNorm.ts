import * as kernels from '@attune/kernels';
import type { ElementType, GpuArray } from '@attune/kernels';
import { instanceOf, numberAtLeast, optional } from '@attune/validate';
import { allocateResult, needsGraph, operationResult } from '../../autograd/operation.ts';
import { precision } from '../../autograd/precision.ts';
import type { Gradients } from '../../autograd/gradients.ts';
import { asMatrix, formatShape, requireShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { requireFloats, requireGivenOptions } from '../checks.ts';
import { dropoutKind, kernelDropout } from '../dropout/dropoutOptions.ts';
import type { DropoutOptions } from '../dropout/dropoutOptions.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { DType } from '../../dtypes.ts';
import type { Floats } from '../operands.ts';

/** Options of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5; BERT uses 1e-12. */
  readonly epsilon?: number | undefined;
  /** Added to the input, after its dropout; of the shape of the input. Default: none. */
  readonly residual?: Tensor | undefined;
  /** Dropout of the input, before the residual is added. Default: none. */
  readonly dropout?: DropoutOptions | undefined;
}

/**
 * `(h - mean) / sqrt(variance + epsilon) * weight + bias` over the last dimension, where `h =
 * residual + dropout(input)`; the variance is the biased one. The result is f32, also for an f16
 * input. Ba, Kiros, Hinton, "Layer Normalization", 2016; `torch.nn.functional.layer_norm`.
 * Gradients flow to all tensors that are passed.
 *
 * @param input [rows, columns]
 * @param weight [columns]
 * @param bias [columns]
 * @throws ShapeError, TensorError
 */
export function layerNorm<D extends DType, W extends DType, B extends DType>(
  input: Floats<D>,
  weight: Floats<W>,
  bias: Floats<B>,
  options: LayerNormOptions = {},
): Tensor<'f32'> {
  requireAtMost('layerNorm', 4, arguments, optionKinds);
  return layerNormReadBy([], input, weight, bias, options);
}

/**
 * `layerNorm` whose result is read by linear layers with these weights, if any. Where those would
 * round it to f16, the same kernel also writes it in f16.
 */
export function layerNormReadBy(
  readBy: readonly Tensor[],
  input: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: LayerNormOptions,
): Tensor<'f32'> {
  requireInputs(input, weight, bias, options);
  const { residual } = options;
  const halves = precision.current;
  const half = halves?.emptyFor(input.device, input.shape, readBy) ?? null;
  const computed = forward(input, weight, bias, options, half);
  const result = operationResult<'f32'>({
    operation,
    inputs: residual ? [input, weight, bias, residual] : [input, weight, bias],
    array: computed.output,
    shape: input.shape,
    saved: [computed.mean, computed.reciprocalStd, computed.sum],
    backward: (gradients) => backward(computed, gradients),
  });
  if (half) halves?.lend(result, half);
  return result;
}

const operation = 'layerNorm';

const optionKinds = {
  epsilon: optional(numberAtLeast(0)),
  residual: optional(instanceOf(Tensor)),
  dropout: optional(dropoutKind),
};

function requireInputs(input: Tensor, weight: Tensor, bias: Tensor, options: LayerNormOptions): void {
  requireFloats(operation, 'input', input);
  requireFloats(operation, 'weight', weight, input);
  requireFloats(operation, 'bias', bias, input);
  requireGivenOptions(operation, options, optionKinds);
  const { columns } = asMatrix(input.shape);
  for (const [name, { shape }] of [
    ['weight', weight],
    ['bias', bias],
  ] as const)
    if (shape.length !== 1 || shape[0] !== columns)
      requireShape(operation, `${name} (input is ${formatShape(input.shape)})`, shape, [columns]);
  const { residual } = options;
  if (!residual) return;
  requireFloats(operation, 'residual', residual, input);
  requireShape(operation, 'residual', residual.shape, input.shape);
}

/** What the forward pass computes and the backward pass reads. */
interface Normalised {
  readonly input: Tensor;
  /** Element type of the input, whose memory may be released before the backward pass. */
  readonly inputType: ElementType;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly residual: Tensor | undefined;
  readonly dropout: kernels.DropoutOptions | undefined;
  readonly rows: number;
  readonly columns: number;
  readonly output: GpuArray;
  /** residual + dropout(input); null where that is the input itself. */
  readonly sum: GpuArray | null;
  readonly mean: GpuArray;
  readonly reciprocalStd: GpuArray;
}

function forward(
  input: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: LayerNormOptions,
  half: GpuArray | null,
): Normalised {
  const { epsilon = 1e-5, residual } = options;
  const dropout = kernelDropout(options.dropout);
  const { device, array } = input;
  const { rows, columns } = asMatrix(input.shape);
  const output = device.allocate('f32', array.length, operation);
  const keepsSum =
    (residual || dropout) && needsGraph(residual ? [input, weight, bias, residual] : [input, weight, bias]);
  const sum = keepsSum ? device.allocate('f32', array.length, 'sum before the layer norm') : null;
  const mean = allocateResult(device, 'f32', [rows, 1], 'mean');
  const reciprocalStd = allocateResult(device, 'f32', [rows, 1], 'reciprocal standard deviation');
  kernels.layerNorm(device, {
    input: array,
    weight: weight.array,
    bias: bias.array,
    output,
    mean,
    reciprocalStd,
    rows,
    columns,
    epsilon,
    residual: residual?.array,
    dropout,
    sum: sum ?? undefined,
    half: half ?? undefined,
  });
  const inputType = array.elementType;
  return { input, inputType, weight, bias, residual, dropout, rows, columns, output, sum, mean, reciprocalStd };
}

function backward(computed: Normalised, gradients: Gradients): void {
  const { input, inputType, weight, bias, residual, dropout, rows, columns, sum, mean, reciprocalStd } = computed;
  const { device } = input;
  const { length } = computed.output;
  const gradSum = device.allocate('f32', length, 'gradient before the layer norm');
  const gradInput = dropout ? device.allocate(inputType, length, 'gradient before the dropout') : null;
  const { release, ...parameters } = parameterGradients(weight, bias, gradients);
  kernels.layerNormBackward(device, {
    gradOutput: gradients.output,
    sum: sum ?? gradients.read(input),
    mean,
    reciprocalStd,
    gradSum,
    ...parameters,
    rows,
    columns,
    ...(dropout && gradInput && { dropout, gradInput }),
  });
  release();
  if (gradInput) {
    gradients.give(input, gradInput);
    if (residual) gradients.give(residual, gradSum);
    return;
  }
  if (residual)
    gradients.add(residual, (target) =>
      kernels.scale(device, { input: gradSum, output: target, factor: 1, length: rows * columns }),
    );
  gradients.give(input, gradSum);
}

/**
 * The weight of a layer norm, and the arrays for its gradients, as the backward kernel takes them.
 */
export function parameterGradients(weight: Tensor, bias: Tensor, gradients: Gradients) {
  const { device, size } = weight;
  const [gradWeight, gradBias] = gradients.start([weight, bias]) ?? [];
  if (gradWeight && gradBias) return { weight: gradients.read(weight), gradWeight, gradBias, release: () => {} };
  const unwanted: GpuArray[] = [];
  const sumOf = (parameter: Tensor) => {
    const sum = gradients.sum(parameter);
    if (!sum) unwanted.push(device.allocate('f32', size, 'unwanted gradient'));
    return sum ?? (unwanted.at(-1) as GpuArray);
  };
  // Gradients of parameters are only read after the pass.
  const areGiven = [weight, bias].every(({ node, requiresGrad }) => requiresGrad && node === null);
  return {
    weight: gradients.read(weight),
    gradWeight: sumOf(weight),
    gradBias: sumOf(bias),
    accumulate: true,
    sums: areGiven ? gradients.leftForTheEnd(kernels.LayerNormSums) : undefined,
    release: () => unwanted.forEach((each) => device.release(each)),
  };
}
