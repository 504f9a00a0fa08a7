import * as kernels from '@attune/kernels';
import { allocateResult, needsGraph, operationResult } from '../autograd/operationResult.ts';
import { asMatrix, requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { kernelDropout } from './random.ts';
import type { DropoutOptions } from './random.ts';

export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5; BERT uses 1e-12. */
  readonly epsilon?: number;
  /** Added to the input, after its dropout. Shape of the input. */
  readonly residual?: Tensor;
  /** Dropout of the input, before the residual is added. */
  readonly dropout?: DropoutOptions | undefined;
}

/**
 * `(h - mean) / sqrt(variance + epsilon) * weight + bias` over the last dimension, where `h =
 * residual + dropout(input)`; the variance is the biased one. The result is f32 for an f16 input
 * too. Ba, Kiros, Hinton, "Layer Normalization", 2016; `torch.nn.functional.layer_norm`.
 *
 * @param input [rows, columns]
 * @param weight [columns]
 * @param bias [columns]
 * @throws ShapeError
 */
export function layerNorm(input: Tensor, weight: Tensor, bias: Tensor, options: LayerNormOptions = {}): Tensor {
  const operation = 'layerNorm';
  const { epsilon = 1e-5, residual } = options;
  const dropout = kernelDropout(options.dropout);
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  requireShape(operation, 'weight', weight.shape, [columns]);
  requireShape(operation, 'bias', bias.shape, [columns]);
  if (residual) requireShape(operation, 'residual', residual.shape, input.shape);
  const inputs = residual ? [input, weight, bias, residual] : [input, weight, bias];
  const array = device.allocate('f32', input.array.length, operation);
  // Without residual and dropout the sum is the input itself, which need not be kept twice.
  const saved =
    (residual || dropout) && needsGraph(inputs)
      ? device.allocate('f32', input.array.length, 'sum before the layer norm')
      : null;
  const mean = allocateResult(device, 'f32', [rows, 1], 'mean');
  const reciprocalStd = allocateResult(device, 'f32', [rows, 1], 'reciprocal standard deviation');
  kernels.layerNorm(device, {
    input: input.array,
    weight: weight.array,
    bias: bias.array,
    output: array,
    mean,
    reciprocalStd,
    rows,
    columns,
    epsilon,
    ...(residual && { residual: residual.array }),
    ...(dropout && { dropout }),
    ...(saved && { sum: saved }),
  });
  return operationResult({
    operation,
    inputs,
    array,
    shape: input.shape,
    backward(gradients) {
      const gradSum = device.allocate('f32', input.array.length, 'gradient before the layer norm');
      const gradInput = dropout
        ? device.allocate(input.dtype, input.array.length, 'gradient before the dropout')
        : null;
      const scratch = device.allocate('f32', columns, 'unwanted gradient');
      kernels.layerNormBackward(device, {
        gradOutput: gradients.output,
        sum: saved ?? input.array,
        mean,
        reciprocalStd,
        weight: weight.array,
        gradSum,
        gradWeight: gradients.sum(weight) ?? scratch,
        gradBias: gradients.sum(bias) ?? device.allocate('f32', columns, 'unwanted gradient'),
        accumulate: true,
        rows,
        columns,
        ...(dropout && gradInput && { dropout, gradInput }),
      });
      for (const unneeded of [scratch, mean, reciprocalStd]) device.release(unneeded);
      if (saved) device.release(saved);
      if (gradInput) {
        gradients.give(input, gradInput);
        if (residual) gradients.give(residual, gradSum);
      } else {
        if (residual)
          gradients.add(residual, (target) =>
            kernels.scale(device, { input: gradSum, output: target, factor: 1, length: rows * columns }),
          );
        gradients.give(input, gradSum);
      }
    },
  });
}
