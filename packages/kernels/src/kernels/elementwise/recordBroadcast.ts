import { array, object } from '@attune/validate';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { requireKernelOptions } from '../validate.ts';
import type { KindsOf } from '../validate.ts';
import { recordMap } from './recordMap.ts';
import type { MapOptions } from './recordMap.ts';
import type { Repeats } from './mapDispatch.ts';

/** Strides of an operand along the dimensions of the output, 0 where it is broadcast. */
export type Strides = readonly number[];

/** How arrays are broadcast to an output. */
export interface Broadcast {
  /** Extents of the output, outermost first. */
  readonly extents: readonly number[];
  /** Strides of each array, by its name. */
  readonly strides: Readonly<Record<string, Strides>>;
}

interface BroadcastOptions extends MapOptions {
  /**
   * Only where an operand is broadcast: the extents of the output, and the strides of each array.
   */
  readonly broadcast?: Broadcast | undefined;
}

/** Dimensions of a broadcast that fit a kernel's parameters. */
const maxDimensions = 12;

/**
 * `recordMap` for operands that may be broadcast: in vectors of four where none is, or where the
 * innermost elements of those that are not are adjacent.
 *
 * @throws KernelArgumentError
 */
export function recordBroadcast(gpu: Gpu, options: BroadcastOptions): void {
  const { kernel, operands, length } = options;
  const names = Object.keys(operands).filter((name) => typeof operands[name] !== 'number');
  if (options.broadcast) requireBroadcast(kernel, names, options.broadcast);
  const broadcast = options.broadcast && joined(options.broadcast);
  if (broadcast && broadcast.extents.length > maxDimensions)
    throw new KernelArgumentError(
      `${kernel}: operands repeat along ${broadcast.extents.length} dimensions; there is room for ${maxDimensions}`,
    );
  recordMap(gpu, options, broadcast && repeatsOf(names, broadcast, length));
}

const broadcastKinds: KindsOf<Broadcast> = { extents: array, strides: object };

function requireBroadcast(kernel: string, names: readonly string[], broadcast: Broadcast): void {
  const where = `${kernel}: broadcast`;
  requireKernelOptions(where, broadcast, broadcastKinds);
  const { extents, strides } = broadcast;
  requireKernelOptions(`${where}.strides`, strides, Object.fromEntries(names.map((name) => [name, array])));
  for (const [name, own] of Object.entries({ extents, ...strides }))
    if (own.length !== extents.length || !own.every(Number.isInteger))
      throw new KernelArgumentError(
        `${where}: ${name} is [${own.join(', ')}]; extents and strides must be whole numbers, as many of all`,
      );
}

/**
 * In vectors of four where possible; an array that is broadcast along the innermost dimension is
 * read as single elements.
 */
function repeatsOf(names: readonly string[], { extents, strides }: Broadcast, length: number): Repeats {
  const last = extents.length - 1;
  const axes = [...extents.keys()];
  const steps = names.map((name) => strides[name] as Strides);
  const fits = (own: Strides) =>
    own[last] === 0 || (own[last] === 1 && own.every((step, axis) => axis === last || step % 4 === 0));
  const width = last >= 0 && (extents[last] as number) % 4 === 0 && steps.every(fits) ? 4 : 1;
  const widths = steps.map((own) => (own[last] === 1 ? width : 1));
  const of = <T>(values: readonly T[]) => Object.fromEntries(names.map((name, at) => [name, values[at] as T]));
  const integers: Record<string, number> = {};
  for (const axis of axes) integers[`extent${axis}`] = (extents[axis] as number) / (axis === last ? width : 1);
  for (const [at, own] of steps.entries())
    for (const axis of axes)
      integers[`${names[at]}Stride${axis}`] = (own[axis] as number) / (axis === last ? 1 : (widths[at] as number));
  return {
    width,
    widths: of(widths),
    sizes: of(steps.map((own) => lastElement(extents, own, length))),
    rank: extents.length,
    integers,
    walk: () => walkOf(names, axes),
  };
}

/** Merges neighbouring dimensions wherever every array has one stride across both. */
function joined({ extents, strides }: Broadcast): Broadcast {
  const arrays = Object.entries(strides);
  const result = {
    extents: [] as number[],
    strides: Object.fromEntries(arrays.map(([name]) => [name, [] as number[]])),
  };
  for (const [axis, extent] of extents.entries()) {
    if (extent === 1) continue;
    const last = result.extents.length - 1;
    const goesOn = arrays.every(([name, steps]) => result.strides[name]?.[last] === (steps[axis] as number) * extent);
    if (last >= 0 && goesOn) result.extents[last] = (result.extents[last] as number) * extent;
    else result.extents.push(extent);
    for (const [name, steps] of arrays) {
      const own = result.strides[name] as number[];
      own[result.extents.length - 1] = steps[axis] as number;
    }
  }
  return result;
}

/** How many elements an operand must have. */
function lastElement(extents: readonly number[], strides: Strides, length: number): number {
  if (length === 0) return 0;
  return extents.reduce((last, extent, axis) => last + (extent - 1) * (strides[axis] as number), 1);
}

/**
 * Writes `begin`, which computes the index into each operand from that of an output's element, and
 * `goOn`, which moves on by eight elements without a division: divisions would dominate these
 * kernels.
 */
function walkOf(arrays: readonly string[], axes: readonly number[]): string[] {
  const all = (line: (name: string) => string) => arrays.map(line).join(' ');
  const last = axes.length - 1;
  return [
    ...axes.map((axis) => `var<private> at${axis}: u32;`),
    ...arrays.map((name) => `var<private> ${name}At: u32;`),
    'fn begin(index: u32) {',
    '  var rest = index;',
    ...axes
      .toReversed()
      .map(
        (axis) =>
          `  at${axis} = ${axis > 0 ? `rest % parameters.extent${axis}; rest /= parameters.extent${axis}` : 'rest'};`,
      ),
    ...arrays.map(
      (name) => `  ${name}At = ${axes.map((axis) => `at${axis} * parameters.${name}Stride${axis}`).join(' + ')};`,
    ),
    '}',
    'fn goOn() {',
    `  at${last} += 8; ${all((name) => `${name}At += 8 * parameters.${name}Stride${last};`)}`,
    ...axes
      .slice(1)
      .toReversed()
      .map((axis) => {
        const carried = all(
          (name) =>
            `${name}At += parameters.${name}Stride${axis - 1} - parameters.extent${axis} * parameters.${name}Stride${axis};`,
        );
        return `  while (at${axis} >= parameters.extent${axis}) { at${axis} -= parameters.extent${axis}; at${axis - 1} += 1; ${carried} }`;
      }),
    '}',
  ];
}
