import { NdArray } from '@attune/data';
import type { BatchArray } from '@attune/data';

/** What fills the rows of narrower batches: as a label it means none. */
const padding = -100;

/**
 * Logits and labels of all batches, one below the other. Where batches differ in width, as those of
 * tokens do, the narrower ones are filled with -100, as in `transformers`.
 */
export function joinBatches(
  logits: readonly BatchArray[],
  labels: readonly BatchArray[],
): { predictions: NdArray; labelIds: NdArray | null } {
  const byRow = logits.map((array, index) => tokensByRow(array, labels[index]));
  return { predictions: join(byRow), labelIds: labels.length > 0 ? join(labels) : null };
}

/**
 * Logits [rows * columns, classes] of a model that labels tokens, as [rows, columns, classes] to go
 * with labels [rows, columns].
 */
function tokensByRow(logits: BatchArray, labels: BatchArray | undefined): BatchArray {
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
  target.fill(padding);
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
    target[rest * stride + to] = data[from] ?? padding;
  }
}
