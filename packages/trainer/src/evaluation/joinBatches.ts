import { NdArray } from '@attune/data';
import type { BatchArray } from '@attune/data';
import { TrainerError } from '../errors.ts';
import { ignoreIndex } from '../step/labels.ts';
import type { Collected, Nested } from './nested.ts';

/**
 * Concatenates the results of batches. Where they differ in width, as token outputs do, narrower
 * ones are padded with -100, the ignored label, as in `transformers`. Several outputs of a model
 * are concatenated one by one.
 *
 * @throws TrainerError when batches have different outputs
 */
export function joinBatches(batches: readonly Nested<BatchArray>[]): Collected {
  const [first] = batches;
  if (!Array.isArray(first)) {
    if (batches.some(Array.isArray)) throw differentOutputs();
    return join(batches as readonly BatchArray[]);
  }
  const parts = batches as readonly (readonly Nested<BatchArray>[])[];
  if (parts.some((part) => part.length !== first.length)) throw differentOutputs();
  return first.map((_, index) => joinBatches(parts.map((part) => part[index] as Nested<BatchArray>)));
}

const differentOutputs = () =>
  new TrainerError('the batches of an evaluation gave different numbers of outputs: they cannot be joined');

/**
 * Reshapes token logits [rows * columns, classes] to [rows, columns, classes], to match labels
 * [rows, columns].
 */
export function tokensByRow(logits: BatchArray, labels: BatchArray | undefined): BatchArray {
  const [rows = 0, columns = 0] = labels?.shape ?? [];
  const isFlat = logits.shape.length === 2 && labels?.shape.length === 2 && logits.shape[0] !== rows;
  if (!isFlat || logits.shape[0] !== rows * columns) return logits;
  return { data: logits.data, shape: [rows, columns, logits.shape[1] ?? 1] };
}

function join(parts: readonly BatchArray[]): NdArray {
  const rank = Math.max(1, ...parts.map(({ shape }) => shape.length));
  // A batch of one column may lack the axis that the wider ones have.
  const shapes = parts.map(({ shape }) =>
    shape.length < rank ? [shape[0] ?? 0, ...Array<number>(rank - shape.length).fill(1), ...shape.slice(1)] : shape,
  );
  const rows = shapes.reduce((sum, shape) => sum + (shape[0] ?? 0), 0);
  const inner = Array.from({ length: rank - 1 }, (_, axis) => Math.max(...shapes.map((shape) => shape[axis + 1] ?? 0)));
  const rowSize = inner.reduce((product, length) => product * length, 1);
  const isWhole = parts.length > 0 && parts.every(({ data }) => data instanceof Int32Array);
  const whole = isWhole ? new Int32Array(rows * rowSize) : new Float32Array(rows * rowSize);
  let row = 0;
  for (const [index, { data }] of parts.entries()) {
    const shape = shapes[index] ?? [];
    const start = row * rowSize;
    row += shape[0] ?? 0;
    if (data.length === row * rowSize - start) whole.set(data, start);
    else copyNarrower({ data, shape }, whole.subarray(start, row * rowSize), inner);
  }
  return new NdArray(whole, [rows, ...inner]);
}

function copyNarrower({ data, shape }: BatchArray, target: Int32Array | Float32Array, inner: readonly number[]): void {
  target.fill(ignoreIndex);
  const own = shape.slice(1);
  for (let from = 0; from < data.length; from++) {
    let rest = from;
    let to = 0;
    let stride = 1;
    for (let axis = own.length - 1; axis >= 0; axis--) {
      const length = own[axis] ?? 1;
      to += (rest % length) * stride;
      rest = Math.floor(rest / length);
      stride *= inner[axis] ?? 1;
    }
    target[rest * stride + to] = data[from] ?? ignoreIndex;
  }
}
