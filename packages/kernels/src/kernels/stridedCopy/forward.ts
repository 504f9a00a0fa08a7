import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { anyTypes, floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { wgsl as blockSource } from './blockCopy.wgsl.ts';
import { contiguousStrides, inBlocks, inVectors, joinDimensions, reach, turnOf } from './layouts.ts';
import type { Block, Turn } from './layouts.ts';
import { layoutKinds, stridedCopyKinds } from './options.ts';
import type { StridedCopyOptions, StridedLayout } from './options.ts';
import { wgsl as source } from './stridedCopy.wgsl.ts';
import { wgsl as tiledSource } from './tiledCopy.wgsl.ts';

const kernel = 'stridedCopy';
const mostDimensions = 8;

/**
 * Records the copy of a block of elements from one strided layout to another: what transposes,
 * slices, flips, expands and joins tensors. Other elements of the output keep their values.
 *
 * @throws KernelArgumentError
 */
export function stridedCopy(gpu: Gpu, options: StridedCopyOptions): void {
  requireKernelOptions(kernel, options, stridedCopyKinds);
  const { input, output, shape, from } = options;
  const { to = { strides: contiguousStrides(shape) } } = options;
  for (const [name, layout] of Object.entries({ from, to }))
    requireKernelOptions(`${kernel}: ${name}`, layout, layoutKinds);
  requireTypes(input, output);
  requireSeparate(kernel, [input], [output]);
  if (shape.includes(0)) return;
  requireInside('input', input, shape, from);
  requireInside('output', output, shape, to);
  const joined = joinDimensions(shape, from.strides, to.strides);
  const [inputOffset, outputOffset] = [from.offset ?? 0, to.offset ?? 0];
  const offsets = [inputOffset, outputOffset] as const;
  if (joined.shape.length > mostDimensions) return copyOutermost(gpu, options, joined, offsets);
  const vectors = inVectors(joined, offsets);
  const block = vectors ?? joined;
  // Software adapters read with a stride as fast, and barriers cost them more.
  const { tiled = !gpu.profile.software } = options;
  const turned = vectors ? null : turnOf(joined, tiled && !options.tiled ? leastTurned : 1);
  if (turned && tiled) return turnTiles(gpu, options, joined, { ...turned, offsets });
  const blocks = turned && inBlocks(joined, turned, offsets);
  if (turned && blocks) return turnBlocks(gpu, options, blocks, { ...turned, offsets: offsets.map((at) => at / 4) });
  const count = block.shape.reduce((product, extent) => product * extent, 1);
  const width = vectors ? 4 : 1;
  const inputWidth = vectors?.inputWidth ?? 1;
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input }, { output }, { input: inputWidth, output: width }),
      dimensions: block.shape.length,
      ...defines,
    }),
    parameters: { integers: [...layoutNumbers(block), count, inputOffset / inputWidth, outputOffset / width] },
    reads: [input],
    writes: [output],
    workgroups: workgroups(count),
    work: { bytes: count * width * (bytesPerElement[input.elementType] + bytesPerElement[output.elementType]) },
  });
}

/** Copies a block of too many dimensions, one dispatch or more for each place of the outermost. */
function copyOutermost(
  gpu: Gpu,
  options: StridedCopyOptions,
  { shape, from, to }: Block,
  [inputOffset, outputOffset]: readonly [number, number],
): void {
  const inner = (values: readonly number[]) => values.slice(0, -1).toReversed();
  const part = (strides: readonly number[], offset: number, place: number): StridedLayout => ({
    strides: inner(strides),
    offset: offset + place * (strides.at(-1) as number),
  });
  for (let place = 0; place < (shape.at(-1) as number); place++)
    stridedCopy(gpu, {
      ...options,
      shape: inner(shape),
      from: part(from, inputOffset, place),
      to: part(to, outputOffset, place),
    });
}

/** Least extent of both sides for which tiles are transposed. */
const leastTurned = 16;

type TurnFrom = Turn & { readonly offsets: readonly number[] };

/** Parameters of the transposing kernels: extents and strides of the two sides, and of the rest. */
function sidesOf(block: Block, { column, row }: Turn) {
  const others = (values: readonly number[]) => values.filter((_, index) => index !== column && index !== row);
  const outer = { shape: others(block.shape), from: others(block.from), to: others(block.to) };
  const [columns, rows] = [block.shape[column] as number, block.shape[row] as number];
  const turned = [columns, rows, block.from[column] as number, block.to[row] as number].map((value) => value >>> 0);
  return { outer, columns, rows, turned };
}

/**
 * Records a transposing copy in which each thread transposes 4 x 4 elements, given the block in
 * vectors.
 */
function turnBlocks(
  gpu: Gpu,
  { input, output }: StridedCopyOptions,
  block: Block,
  { offsets, ...turn }: TurnFrom,
): void {
  const { outer, turned } = sidesOf(block, turn);
  const blocks = block.shape.reduce((product, extent) => product * extent, 1);
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(`${kernel} in blocks`, blockSource, {
      access: elementAccess(gpu, { input }, { output }, { input: 4, output: 4 }),
      dimensions: outer.shape.length,
      ...defines,
    }),
    parameters: { integers: [...layoutNumbers(outer), blocks, ...offsets, ...turned] },
    reads: [input],
    writes: [output],
    workgroups: workgroups(blocks),
    work: { bytes: 16 * blocks * (bytesPerElement[input.elementType] + bytesPerElement[output.elementType]) },
  });
}

/** Records a transposing copy in tiles. */
function turnTiles(
  gpu: Gpu,
  { input, output }: StridedCopyOptions,
  block: Block,
  { offsets, ...turn }: TurnFrom,
): void {
  const { outer, columns, rows, turned } = sidesOf(block, turn);
  const sides = Math.ceil(columns / 32) * Math.ceil(rows / 32);
  const tiles = outer.shape.reduce((product, extent) => product * extent, sides);
  gpu.dispatch({
    program: kernelProgram(`${kernel} in tiles`, tiledSource, {
      access: elementAccess(gpu, { input }, { output }),
      dimensions: outer.shape.length,
    }),
    parameters: { integers: [...layoutNumbers(outer), tiles, ...offsets, ...turned] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(tiles),
    work: {
      bytes:
        block.shape.reduce((product, extent) => product * extent, 1) *
        (bytesPerElement[input.elementType] + bytesPerElement[output.elementType]),
    },
  });
}

/** Extents and strides as the kernels read them, 0 where there are fewer dimensions. */
function layoutNumbers({ shape, from, to }: Block): number[] {
  return [shape, from, to].flatMap((values) =>
    Array.from({ length: mostDimensions }, (_, axis) => (values[axis] ?? 0) >>> 0),
  );
}

function requireTypes(input: GpuArray, output: GpuArray): void {
  requireArray(kernel, 'input', input, {}, anyTypes);
  const types = floatTypes.includes(input.elementType) ? floatTypes : [input.elementType];
  requireArray(kernel, 'output', output, {}, types);
}

function requireInside(name: string, array: GpuArray, shape: readonly number[], layout: StridedLayout): void {
  if (layout.strides.length !== shape.length)
    throw new KernelArgumentError(
      `${kernel}: ${name} has ${layout.strides.length} strides for the ${shape.length} extents of the shape [${shape.join(', ')}]`,
    );
  const numbers = [...shape, ...layout.strides, layout.offset ?? 0];
  const [first, last] = reach(shape, layout);
  if (numbers.every(Number.isInteger) && first >= 0 && last < array.length) return;
  throw new KernelArgumentError(
    `${kernel}: a block of [${shape.join(', ')}] with the strides [${layout.strides.join(', ')}] goes from element ${first} to ${last} of ${name} (${array.label}), which has ${array.length}`,
  );
}
