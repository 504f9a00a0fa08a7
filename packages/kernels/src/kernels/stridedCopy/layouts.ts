import type { StridedLayout } from './options.ts';

/** A block with as few dimensions as describe it, innermost first as the kernel reads them. */
export interface Block {
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Strides of a contiguous layout, the last dimension innermost. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/** First and last element of an array that a block touches. */
export function reach(shape: readonly number[], { strides, offset = 0 }: StridedLayout): [number, number] {
  let [first, last] = [offset, offset];
  for (const [axis, extent] of shape.entries()) {
    const span = (extent - 1) * (strides[axis] as number);
    if (span < 0) first += span;
    else last += span;
  }
  return [first, last];
}

/** Drops extents of 1, and merges neighbouring dimensions that are contiguous in both arrays. */
export function joinDimensions(shape: readonly number[], from: readonly number[], to: readonly number[]): Block {
  const block = { shape: [] as number[], from: [] as number[], to: [] as number[] };
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    const [source, goal] = [from[axis] as number, to[axis] as number];
    const inner = block.shape.length - 1;
    const joined = block.shape[inner] ?? 0;
    if (extent === 1) continue;
    if (
      inner >= 0 &&
      source === (block.from[inner] as number) * joined &&
      goal === (block.to[inner] as number) * joined
    ) {
      block.shape[inner] = joined * extent;
      continue;
    }
    block.shape.push(extent);
    block.from.push(source);
    block.to.push(goal);
  }
  return block;
}

/** A block whose extents and strides are counted in vectors. */
export interface VectorBlock extends Block {
  /**
   * Elements that are read at once: 1 where an element is broadcast along the innermost dimension.
   */
  readonly inputWidth: 1 | 4;
}

/** The block in vectors of four elements, or null where it cannot be copied so. */
export function inVectors(
  { shape, from, to }: Block,
  [inputOffset = 0, outputOffset = 0]: readonly number[],
): VectorBlock | null {
  const [extent = 1, ...outer] = shape;
  const [source = 1, ...sources] = from;
  const [goal = 1, ...goals] = to;
  const inputWidth = source === 0 ? 1 : 4;
  const read = inputWidth === 1 ? [] : [...sources, inputOffset];
  const whole = [extent, ...goals, outputOffset, ...read].every((value) => value % 4 === 0);
  if (!whole || source > 1 || source < 0 || goal !== 1) return null;
  return {
    shape: [extent / 4, ...outer],
    from: [source, ...sources.map((value) => value / inputWidth)],
    to: [1, ...goals.map((value) => value / 4)],
    inputWidth,
  };
}

/**
 * The two dimensions that a copy transposes: `column` is contiguous in the output, `row` in the
 * input.
 */
export interface Turn {
  readonly column: number;
  readonly row: number;
}

/** The dimensions that a copy transposes, where both have at least this extent; null for none. */
export function turnOf({ shape, from, to }: Block, least: number): Turn | null {
  const sideBySide = (strides: readonly number[]) =>
    strides.findIndex((stride, axis) => stride === 1 && (shape[axis] as number) >= least);
  const [column, row] = [sideBySide(to), sideBySide(from)];
  return column < 0 || row < 0 || column === row || from[column] === 1 || from[column] === 0 ? null : { column, row };
}

/**
 * The block in vectors of four elements along both transposed dimensions, or null where that is not
 * possible.
 */
export function inBlocks({ shape, from, to }: Block, { column, row }: Turn, offsets: readonly number[]): Block | null {
  const isSide = (axis: number) => axis === column || axis === row;
  const extents = shape.filter((_, axis) => isSide(axis));
  const steps = [...from.filter((_, axis) => axis !== row), ...to.filter((_, axis) => axis !== column)];
  if (![...extents, ...steps, ...offsets].every((value) => value % 4 === 0)) return null;
  return {
    shape: shape.map((extent, axis) => (isSide(axis) ? extent / 4 : extent)),
    from: from.map((step) => step / 4),
    to: to.map((step) => step / 4),
  };
}
