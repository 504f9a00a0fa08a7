import { columnSum, geluBackward, gemm } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { isAutocastEnabled } from '../autograd/autocast.ts';
import { allocateResult, needsGraph, recorded } from '../autograd/record.ts';
import { Parameter } from '../nn/parameter.ts';
import { asMatrix, requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

export interface LinearOptions {
  /** Applied to the result, in the same kernel. `gelu` is the exact one, with erf. Default: none. */
  readonly activation?: 'gelu';
}

/** The f16 copy of a weight, in mixed precision. */
function halfOf(weight: Tensor): GpuArray | null {
  return isAutocastEnabled() && weight instanceof Parameter ? weight.halfArray : null;
}

/**
 * `activation(input weightᵀ + bias)`, as `torch.nn.functional.linear`.
 *
 * @param input [..., in]
 * @param weight [out, in]
 * @param bias [out]
 * @returns [..., out]
 * @throws ShapeError
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null, { activation }: LinearOptions = {}): Tensor {
  const operation = 'linear';
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  const outputs = weight.shape[0] ?? 1;
  requireShape(operation, `weight (input is [${input.shape.join(', ')}])`, weight.shape, [outputs, columns]);
  if (bias) requireShape(operation, 'bias', bias.shape, [outputs]);
  const inputs = bias ? [input, weight, bias] : [input, weight];
  const shape = [...input.shape.slice(0, -1), outputs];
  const half = halfOf(weight);
  const dtype = half ? 'f16' : input.dtype;
  const matrix = half ?? weight.array;
  const array = allocateResult(device, dtype, [rows, outputs], operation);
  const before = activation && needsGraph(inputs) ? allocateResult(device, dtype, [rows, outputs], 'linear before its activation') : null;
  gemm(device, {
    a: input.array,
    b: matrix,
    output: array,
    m: rows,
    n: outputs,
    k: columns,
    layout: 'NT',
    ...(bias && { bias: bias.array }),
    ...(activation && { activation }),
    ...(before && { preActivation: before }),
  });
  return recorded({
    operation,
    inputs,
    array,
    shape,
    backward(gradients) {
      let gradOutput = gradients.output;
      if (before) {
        const gradBefore = device.allocate(dtype, array.length, 'gradient before the activation');
        geluBackward(device, { gradOutput, input: before, gradInput: gradBefore, length: rows * outputs });
        device.release(before);
        gradOutput = gradBefore;
      }
      gradients.add(
        input,
        (gradInput, add) =>
          gemm(device, { a: gradOutput, b: matrix, output: gradInput, m: rows, n: columns, k: outputs, layout: 'NN', accumulate: add }),
        true,
      );
      gradients.add(
        weight,
        (gradWeight, add) =>
          gemm(device, {
            a: gradOutput,
            b: input.array,
            output: gradWeight,
            m: outputs,
            n: columns,
            k: rows,
            layout: 'TN',
            accumulate: add,
          }),
        true,
      );
      if (bias)
        gradients.add(
          bias,
          (gradBias, add) => columnSum(device, { input: gradOutput, output: gradBias, rows, columns: outputs, accumulate: add }),
          true,
        );
      if (before) device.release(gradOutput);
    },
  });
}
