import * as kernels from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { asMatrix } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireFloats } from '../checks.ts';
import type { RandomKey } from './dropoutOptions.ts';

/** Options of `uniformNoise`. */
export interface NoiseOptions {
  /** The noise lies in [-magnitude, magnitude). */
  readonly magnitude: number;
  /** A number that no dropout of the model uses. */
  readonly site: number;
  readonly random: RandomKey;
}

/**
 * Adds uniform noise; its random bits come from `options.random`. The gradient passes through.
 *
 * @param input [rows, columns]
 * @throws TensorError
 */
export function uniformNoise(input: Tensor, { magnitude, site, random }: NoiseOptions): Tensor {
  requireFloats('uniformNoise', 'input', input);
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  const output = device.allocate(input.array.elementType, input.array.length, 'noise');
  kernels.uniformNoise(device, {
    input: input.array,
    output,
    rows,
    columns,
    magnitude,
    site,
    random: { state: random.state.array, tokenKeys: random.tokenKeys.array },
  });
  return operationResult({
    operation: 'uniformNoise',
    inputs: [input],
    array: output,
    shape: input.shape,
    backward: (gradients) => gradients.handOn(input),
  });
}
