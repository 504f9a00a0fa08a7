import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes } from '../validate.ts';
import { sharesIndices, stridesOf } from './indexLayout.ts';
import type { ScatterAddOptions } from './options.ts';
import { wgsl as source } from './scatterAdd.wgsl.ts';
import { wgsl as boundsSource } from './scatterBounds.wgsl.ts';
import { wgsl as partsSource } from './scatterParts.wgsl.ts';

const kernel = 'scatterAdd';
/** Fewest places that are summed in parts first. */
const leastInParts = 256;
/** Fewest places, as a multiple of the axis, for which each index looks for its run. */
const placesPerBisection = 16;
/** Positions of a part, or parts of one of the next level, as a power of two. */
const shiftOfLevel = 6;

type SortedOptions = ScatterAddOptions & { readonly order: GpuArray };

/** The lists of indices as `sortedLists.wgsl` has them, and what the kernels share of them. */
interface SortedLists {
  /** The fields of `Lists`. */
  readonly lists: readonly number[];
  /** Lists for each of `outer`. */
  readonly columnLists: number;
  /** Lists of all. */
  readonly allLists: number;
  /** Elements of a vector of columns. */
  readonly width: 1 | 4;
  readonly columns: number;
  /** Parts of each level that there may be, from the first level on. */
  readonly partsOfLevels: readonly number[];
}

/**
 * Records the sums by an index whose order is known: first where the run of each index lies, then
 * the sums of its parts, then those of the runs.
 */
export function sortedSums(gpu: Gpu, options: SortedOptions): void {
  const { input, outer, length } = options;
  const sorted = sortedLists(options);
  const cells = Math.max(1, sorted.allLists * length);
  const bounds = ['begins', 'ends'].map((name) => gpu.allocate('u32', cells, `${name} of runs`));
  recordBounds(gpu, options, sorted, bounds);
  const type = floatTypes.includes(input.elementType) ? 'f32' : input.elementType;
  const parts = sum(sorted.partsOfLevels);
  const partials = parts > 0 ? [gpu.allocate(type, parts * outer * options.inner, 'sums of parts')] : [];
  recordParts(gpu, options, sorted, bounds, partials);
  recordSums(gpu, options, sorted, bounds, partials);
  for (const array of [...bounds, ...partials]) gpu.release(array);
}

function sortedLists(options: SortedOptions): SortedLists {
  const { outer, length, places, inner } = options;
  const strides = stridesOf(options);
  const width = sharesIndices(options) && inner % 4 === 0 ? 4 : 1;
  const columns = inner / width;
  const columnLists = strides.inner === 0 ? 1 : columns;
  const outerLists = strides.outer === 0 ? 1 : outer;
  const cells = [strides.outer === 0 ? 0 : length * columnLists, columnLists, strides.inner === 0 ? 0 : 1];
  const partsOfLevels: number[] = [];
  for (let parts = places; places >= leastInParts && parts >> shiftOfLevel >= 2;)
    partsOfLevels.push((parts >>= shiftOfLevel));
  const extents = [outer, length, places, columns, strides.outer, strides.place, strides.inner];
  return {
    lists: [...extents, ...cells, partsOfLevels.length, sum(partsOfLevels)],
    columnLists,
    allLists: outerLists * columnLists,
    width,
    columns,
    partsOfLevels,
  };
}

function recordBounds(gpu: Gpu, options: SortedOptions, sorted: SortedLists, bounds: readonly GpuArray[]): void {
  const { index, order, length, places } = options;
  const bisect = places >= placesPerBisection * length;
  if (!bisect) for (const array of bounds) gpu.clear(array);
  const items = bisect ? length : places + 1;
  const count = items * sorted.allLists;
  gpu.dispatch({
    program: kernelProgram('bounds of runs', boundsSource, {
      access: elementAccess(gpu, { numbers: index }, {}),
      bisect,
    }),
    parameters: { integers: [...sorted.lists, count, sorted.columnLists, items] },
    reads: [index, order],
    writes: bounds,
    workgroups: spreadWorkgroups(Math.ceil(count / 64)),
    work: { bytes: 24 * count },
  });
}

function recordParts(
  gpu: Gpu,
  { input, index, order, outer }: SortedOptions,
  { lists, width, columns, partsOfLevels }: SortedLists,
  bounds: readonly GpuArray[],
  partials: readonly GpuArray[],
): void {
  let [firstPart, firstBelow] = [0, 0];
  for (const [below, parts] of partsOfLevels.entries()) {
    const count = parts * outer * columns;
    gpu.dispatch({
      program: kernelProgram(`${kernel} of parts`, partsSource, {
        access: elementAccess(gpu, { input, numbers: index }, {}, { input: width }),
        ofParts: below > 0,
      }),
      parameters: { integers: [...lists, count, below + 1, firstPart, firstBelow] },
      reads: [input, index, order, ...bounds],
      writes: partials,
      workgroups: spreadWorkgroups(Math.ceil(count / 64)),
      work: { bytes: 4 * 64 * count * width },
    });
    firstBelow = firstPart;
    firstPart += parts;
  }
}

function recordSums(
  gpu: Gpu,
  options: SortedOptions,
  { lists, width, columns }: SortedLists,
  bounds: readonly GpuArray[],
  partials: readonly GpuArray[],
): void {
  const { input, order, output, outer, length, places, inner } = options;
  const rows = sharesIndices(options);
  const { matrix, defines, workgroups } = rows
    ? rowIndexingFor(gpu.profile, outer * length, columns)
    : { matrix: [], ...flatIndexingFor(gpu.profile) };
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input }, { output }, { input: width, output: width }),
      rows,
      levels: partials.length > 0,
      ...defines,
    }),
    parameters: { integers: [...matrix, ...lists] },
    reads: [input, order, ...bounds, ...partials],
    writes: [output],
    workgroups: typeof workgroups === 'function' ? workgroups(outer * length * inner) : workgroups,
    work: { bytes: 4 * outer * length * inner + 12 * outer * places * inner },
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
