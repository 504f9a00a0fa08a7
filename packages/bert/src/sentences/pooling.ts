import { objectWith, requireArgument, shown } from '@attune/validate';
import type { PackedBatch } from '../bert/packBatch.ts';
import { tokenWidth } from '../bert/unpackTokens.ts';
import { BatchError } from '../errors.ts';

/** One vector per row, in row-major order: `shape` is [rows, width]. */
export interface Vectors {
  /** Row-major; row r begins at r * width. */
  readonly data: Float32Array;
  /** Sentences, and the numbers of each vector. */
  readonly shape: readonly [rows: number, width: number];
}

/** What pooling reads of a packed batch: where each sequence starts. */
export type Sequences = Pick<PackedBatch, 'rows' | 'tokens' | 'cuSeqlens'>;

const sequences = objectWith("the output's packed", { rows: 'number', tokens: 'number', cuSeqlens: 'object' });

function widthOf(where: string, values: ArrayLike<number>, packed: Sequences): number {
  requireArgument(where, 'packed', packed, sequences, BatchError);
  return tokenWidth(where, values, packed.tokens);
}

/**
 * Calls `pool` with each row's first token, the token after its last, and where its vector goes.
 */
function poolRows(
  { rows, cuSeqlens }: Sequences,
  width: number,
  pool: (start: number, end: number, vector: Float32Array) => void,
): Vectors {
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++)
    pool(cuSeqlens[row] as number, cuSeqlens[row + 1] as number, data.subarray(row * width, (row + 1) * width));
  return { data, shape: [rows, width] };
}

/**
 * The mean of each sequence's token vectors, [CLS] and [SEP] among them (Reimers and Gurevych 2019,
 * "Sentence-BERT"). Real tokens only: there is no padding in `values`.
 *
 * @param values [tokens, width]: `await output.lastHiddenState.data()` of `BertModel`
 * @param packed the same output's `packed`
 * @returns [rows, width]
 * @throws BatchError for values that are not of these tokens
 */
export function meanPooling(values: ArrayLike<number>, packed: Sequences): Vectors {
  const width = widthOf('meanPooling', values, packed);
  const sum = new Float64Array(width);
  return poolRows(packed, width, (start, end, vector) => {
    sum.fill(0);
    for (let at = start * width; at < end * width;)
      for (let channel = 0; channel < width; channel++) sum[channel]! += values[at++] as number;
    for (let channel = 0; channel < width; channel++) vector[channel] = (sum[channel] as number) / (end - start);
  });
}

/** The first token's vector of each sequence: as `meanPooling` otherwise. @throws BatchError */
export function clsPooling(values: ArrayLike<number>, packed: Sequences): Vectors {
  const width = widthOf('clsPooling', values, packed);
  return poolRows(packed, width, (start, _, vector) => {
    for (let channel = 0; channel < width; channel++) vector[channel] = values[start * width + channel] as number;
  });
}

/**
 * The largest value of each channel over a sequence: as `meanPooling` otherwise.
 *
 * @throws BatchError
 */
export function maxPooling(values: ArrayLike<number>, packed: Sequences): Vectors {
  const width = widthOf('maxPooling', values, packed);
  return poolRows(packed, width, (start, end, vector) => {
    vector.fill(-Infinity);
    for (let at = start * width; at < end * width;)
      for (let channel = 0; channel < width; channel++)
        vector[channel] = Math.max(vector[channel] as number, values[at++] as number);
  });
}

/** As `torch.nn.functional.normalize` has it. */
const smallestNorm = 1e-12;

/**
 * Vectors of length 1 in the same directions, so that the dot product of two is their cosine. A
 * vector of zeros stays one.
 *
 * @throws BatchError for what is not { data, shape: [rows, width] }
 */
export function normalize(vectors: Vectors): Vectors {
  requireArgument('normalize', 'vectors', vectors, vectorsKind, BatchError);
  const { data, shape } = vectors;
  const [rows, width] = shape;
  if (shape.length !== 2 || data.length !== rows * width)
    throw new BatchError(
      `normalize: shape must be [rows, width] of the ${data.length} values in data; got ${shown(shape)}`,
    );
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width) {
    let squares = 0;
    for (let at = start; at < start + width; at++) squares += (data[at] as number) ** 2;
    const length = Math.max(Math.sqrt(squares), smallestNorm);
    for (let at = start; at < start + width; at++) result[at] = (data[at] as number) / length;
  }
  return { data: result, shape };
}

const vectorsKind = objectWith('{ data, shape }, such as meanPooling gives', { data: 'object', shape: 'object' });
