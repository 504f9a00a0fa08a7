import { array, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { DatasetError } from '../errors.ts';
import { isTypedArray } from './typedArray.ts';
import { shownValue } from '../shownValue.ts';
import type { TypedArray } from './typedArray.ts';

const typedArray: Kind = { what: 'a typed array of numbers', holds: isTypedArray };

/** An n-dimensional array of numbers, row-major: `shape` [2, 3] is two rows of three. */
export class NdArray {
  /** The numbers, row after row. */
  readonly data: TypedArray;
  /** Extents, outermost first. */
  readonly shape: readonly number[];

  /** @throws DatasetError when `data` has not as many numbers as the shape */
  constructor(data: TypedArray, shape: readonly number[]) {
    requireArgument('new NdArray', 'data', data, typedArray, DatasetError);
    requireArgument('new NdArray', 'shape', shape, array, DatasetError);
    const size = shape.reduce((product, length) => product * length, 1);
    if (size !== data.length || !shape.every((length) => Number.isInteger(length) && length >= 0)) {
      throw new DatasetError(`NdArray: shape [${shape.join(', ')}] needs ${size} numbers; got ${data.length}`);
    }
    this.data = data;
    this.shape = [...shape];
  }

  /** Length of the first axis. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /**
   * The number at a full index, as `at(1, -1)`, or for a shorter index the sub-array, which shares
   * memory. Negative indices count from the end.
   *
   * @throws DatasetError for an index that is out of range
   */
  at(...index: readonly number[]): number | NdArray {
    const { shape } = this;
    if (index.length > shape.length)
      throw new DatasetError(`NdArray.at: got ${index.length} indices for the shape [${shape.join(', ')}]`);
    let offset = 0;
    let size = this.size;
    for (const [axis, wanted] of index.entries()) {
      const length = shape[axis]!;
      const position = wanted < 0 ? wanted + length : wanted;
      if (!Number.isInteger(wanted) || position < 0 || position >= length) {
        throw new DatasetError(
          `NdArray.at: index ${shownValue(wanted)} is out of range for axis ${axis} of length ${length}`,
        );
      }
      size /= length;
      offset += position * size;
    }
    if (index.length === shape.length) return this.data[offset]!;
    return new NdArray(this.data.subarray(offset, offset + size), shape.slice(index.length));
  }

  /**
   * Index of the largest number along an axis (the first of equals; the first NaN if there is one,
   * as in NumPy): i32, the shape without that axis.
   *
   * @param axis default -1, the last
   * @throws DatasetError when there is no such axis or it is empty
   */
  argmax(axis = -1): NdArray {
    const { shape, data } = this;
    const chosen = axis < 0 ? axis + shape.length : axis;
    const length = shape[chosen];
    if (length === undefined)
      throw new DatasetError(`NdArray.argmax: no axis ${shownValue(axis)} in the shape [${shape.join(', ')}]`);
    const rest = [...shape.slice(0, chosen), ...shape.slice(chosen + 1)];
    const result = new Int32Array(rest.reduce((product, size) => product * size, 1));
    if (length === 0 && result.length > 0)
      throw new DatasetError(`NdArray.argmax: axis ${axis} of the shape [${shape.join(', ')}] is empty`);
    const stride = shape.slice(chosen + 1).reduce((product, size) => product * size, 1);
    for (let index = 0; index < result.length; index++) {
      const start = Math.floor(index / stride) * stride * length + (index % stride);
      let best = 0;
      for (let position = 0; position < length; position++) {
        const candidate = data[start + position * stride]!;
        if (Number.isNaN(candidate)) {
          best = position;
          break;
        }
        if (candidate > data[start + best * stride]!) best = position;
      }
      result[index] = best;
    }
    return new NdArray(result, rest);
  }

  /** Along the first axis: numbers, or parts. */
  *[Symbol.iterator](): Generator<number | NdArray> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** Nested plain arrays; the number itself for a shape of no axes. */
  toArray(): unknown {
    if (this.shape.length === 0) return this.data[0];
    return Array.from(this, (part) => (part instanceof NdArray ? part.toArray() : part));
  }

  /** As NumPy prints it: `[[0.12 0.88]\n [0.75 0.25]]`; the middle of long arrays is omitted. */
  toString(): string {
    const number = (input: number) => (Number.isInteger(input) ? String(input) : String(Number(input.toPrecision(6))));
    const print = (part: number | NdArray, depth: number): string => {
      if (typeof part === 'number') return number(part);
      if (part.shape.length === 0) return number(part.data[0]!);
      const rows = Array.from({ length: part.length }, (_, index) => index);
      const shown = rows.length > 12 ? [...rows.slice(0, 3), -1, ...rows.slice(-3)] : rows;
      const separator = part.shape.length === 1 ? ' ' : `\n${' '.repeat(depth + 1)}`;
      return `[${shown.map((index) => (index < 0 ? '...' : print(part.at(index), depth + 1))).join(separator)}]`;
    };
    return print(this, 0);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
