import { columnSum, geluBackward, geluBackwardWithBias, gemm, joinContiguous } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { isAutocastEnabled } from '../autograd/autocast.ts';
import { allocateResult, needsGraph, operationResult } from '../autograd/operationResult.ts';
import { TensorError } from '../errors.ts';
import { Parameter } from '../nn/parameter.ts';
import { asMatrix, requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

export interface LinearOptions {
  /**
   * Applied to the result, in the same kernel. `gelu` is the exact one, with erf. Default: none.
   */
  readonly activation?: 'gelu';
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
export function linear(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  { activation }: LinearOptions = {},
): Tensor {
  return product(input, [weight], bias && [bias], activation);
}

/**
 * Several linear layers of one input, computed as one: the columns of the result are those of the
 * first layer, then those of the second, and so on.
 *
 * @param input [..., in]
 * @param weights each [out, in], laid side by side by `makeContiguous`
 * @param biases each [out], laid side by side too
 * @returns [..., sum of out]
 * @throws ShapeError
 * @throws TensorError when the weights or the biases do not lie side by side, which `areContiguous`
 *   tells before
 */
export function fusedLinear(input: Tensor, weights: readonly Parameter[], biases: readonly Parameter[]): Tensor {
  return product(input, weights, biases);
}

function product(
  input: Tensor,
  weights: readonly Tensor[],
  biases: readonly Tensor[] | null,
  activation?: 'gelu',
): Tensor {
  const operation = 'linear';
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  let outputs = 0;
  for (const [index, weight] of weights.entries()) {
    const own = weight.shape[0] ?? 1;
    outputs += own;
    requireShape(operation, `weight (input is [${input.shape.join(', ')}])`, weight.shape, [own, columns]);
    if (biases) requireShape(operation, 'bias', biases[index]?.shape ?? [], [own]);
  }
  const inputs = [input, ...weights, ...(biases ?? [])];
  const shape = [...input.shape.slice(0, -1), outputs];
  const half = halvesOf(weights);
  const dtype = half ? 'f16' : input.dtype;
  const matrix = half ?? joined(weights);
  const bias = biases && joined(biases);
  const array = allocateResult(device, dtype, [rows, outputs], operation);
  const before =
    activation && needsGraph(inputs)
      ? allocateResult(device, dtype, [rows, outputs], 'linear before its activation')
      : null;
  gemm(device, {
    a: input.array,
    b: matrix,
    output: array,
    m: rows,
    n: outputs,
    k: columns,
    layout: 'NT',
    ...(bias && { bias }),
    ...(activation && { activation }),
    ...(before && { preActivation: before }),
  });
  return operationResult({
    operation,
    inputs,
    array,
    shape,
    backward(gradients) {
      let gradOutput = gradients.output;
      if (before) {
        const gradInput = device.allocate(dtype, array.length, 'gradient before the activation');
        const given = { gradOutput, input: before, gradInput };
        if (biases?.some(({ requiresGrad }) => requiresGrad)) {
          gradients.addToGroup(biases, (gradBias, accumulate) =>
            geluBackwardWithBias(device, { ...given, gradBias, rows, columns: outputs, accumulate }),
          );
        } else {
          geluBackward(device, { ...given, length: rows * outputs });
        }
        device.release(before);
        gradOutput = gradInput;
      }
      gradients.add(
        input,
        (gradInput, add) =>
          gemm(device, {
            a: gradOutput,
            b: matrix,
            output: gradInput,
            m: rows,
            n: columns,
            k: outputs,
            layout: 'NN',
            accumulate: add,
          }),
        true,
      );
      gradients.addToGroup(weights, (gradWeight, add) =>
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
      );
      if (biases && !before)
        gradients.addToGroup(biases, (gradBias, add) =>
          columnSum(device, { input: gradOutput, output: gradBias, rows, columns: outputs, accumulate: add }),
        );
      if (before) device.release(gradOutput);
    },
  });
}

/** The f16 copies of weights, in mixed precision. */
function halvesOf(weights: readonly Tensor[]): GpuArray | null {
  if (!isAutocastEnabled()) return null;
  const halves = weights.map((weight) => (weight instanceof Parameter ? weight.fp16Array : null));
  return halves.includes(null) ? null : joinContiguous(halves as GpuArray[]);
}

function joined(tensors: readonly Tensor[]): GpuArray {
  const array = joinContiguous(tensors.map((tensor) => tensor.array));
  if (!array)
    throw new TensorError('fusedLinear: the parameters do not lie side by side; `areContiguous` tells when they do');
  return array;
}
