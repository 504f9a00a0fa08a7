import { layerNorm, layerNormBackward } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { allocateResult, operationResult } from '../../autograd/operation.ts';
import { precision } from '../../autograd/precision.ts';
import type { Tensor } from '../../tensor.ts';
import { readSizes, takenRows } from './embeddingSum.ts';
import { parameterGradients } from '../normalisation/layerNorm.ts';
import { kernelDropout } from '../dropout/dropoutOptions.ts';
import type { DropoutOptions } from '../dropout/dropoutOptions.ts';

/** What {@link embeddingNorm} computes. */
interface EmbeddingNormOptions {
  readonly tables: readonly Tensor[];
  /** For each table, which row. */
  readonly ids: readonly (Int32Array | Uint32Array)[];
  /** For each table, a row that gets no gradient. */
  readonly paddingIndices: readonly (number | null)[];
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly epsilon: number;
  readonly dropout: DropoutOptions | undefined;
  /** Weights of the linear layers that read the result next, all at once. */
  readonly readBy: readonly Tensor[];
}

/**
 * `dropout(layerNorm(embeddingSum(tables, ids), weight, bias))` in one kernel, with the same bits
 * as the three; on GPUs the gradients of dropout and layer norm are one kernel too.
 *
 * @returns [ids, columns]
 * @throws ShapeError, TensorError
 */
export function embeddingNorm(options: EmbeddingNormOptions): Tensor<'f32'> {
  const { tables, ids, paddingIndices, weight, bias, epsilon, readBy } = options;
  const { rows, columns } = readSizes(tables, ids, { paddingIndices });
  const embedded = takenRows(tables, ids, { paddingIndices });
  const { device, singles, uploads } = embedded;
  const outputDropout = kernelDropout(options.dropout);
  const shape = [rows, columns];
  const allocate = (width: number, label: string): GpuArray => allocateResult(device, 'f32', [rows, width], label);
  const output = allocate(columns, operation);
  const sum = allocate(columns, 'sum before the layer norm');
  const mean = allocate(1, 'mean');
  const reciprocalStd = allocate(1, 'reciprocal standard deviation');
  const halves = precision.current;
  const half = halves?.emptyFor(device, shape, readBy) ?? null;
  layerNorm(device, {
    input: { tables: singles.map(({ array }) => array), ids: uploads },
    weight: weight.array,
    bias: bias.array,
    output,
    sum,
    mean,
    reciprocalStd,
    rows,
    columns,
    epsilon,
    outputDropout,
    half: half ?? undefined,
  });
  for (const upload of uploads) device.release(upload);
  const result = operationResult<'f32'>({
    operation,
    inputs: [...singles, weight, bias],
    array: output,
    shape,
    saved: [sum, mean, reciprocalStd],
    backward(gradients) {
      const gradSum = allocate(columns, 'gradient before the layer norm');
      const { release, ...parameters } = parameterGradients(weight, bias, gradients);
      layerNormBackward(device, {
        gradOutput: gradients.output,
        sum,
        mean,
        reciprocalStd,
        gradSum,
        ...parameters,
        rows,
        columns,
        outputDropout,
      });
      release();
      embedded.addGradients(gradients, gradSum);
      device.release(gradSum);
    },
  });
  if (half) halves?.lend(result, half);
  return result;
}

const operation = 'embeddingNorm';
