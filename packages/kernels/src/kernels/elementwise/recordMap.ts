import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import type { Width } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { anyTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { wgsl as source } from './map.wgsl.ts';

/** The type that WGSL computes with, for what is stored as any. */
export type Computed = 'f32' | 'i32' | 'u32';

/** What a function of a family computes at one place. */
export interface Formula {
  /** Names it among all formulas of the kernel. */
  readonly name: string;
  /** WGSL that returns the result: `return a + b;`, with operands and parameters by their names. */
  readonly body: string;
  /** Files that it calls. */
  readonly includes?: readonly WgslFile[] | undefined;
}

/** How an operand lies in the output: its step along each dimension, 0 where it repeats. */
export type Strides = readonly number[];

/** How arrays repeat in an output. */
export interface Broadcast {
  /** Of the output, outermost first. */
  readonly extents: readonly number[];
  /** Of each array, by its name. */
  readonly strides: Readonly<Record<string, Strides>>;
}

interface MapOptions {
  /** Name in errors and profiles. */
  readonly kernel: string;
  readonly formula: Formula;
  /** Arrays, by the names that they have in the formula; numbers are parameters. */
  readonly operands: Readonly<Record<string, GpuArray | number>>;
  /** What operands are converted to before the formula sees them. */
  readonly computed: Computed | Readonly<Record<string, Computed>>;
  readonly output: GpuArray;
  readonly length: number;
  /** Only where an operand repeats: the extents of the output, and the steps of each array. */
  readonly broadcast?: Broadcast;
}

/** Dimensions of one broadcast that a kernel's parameters have room for. */
const maxDimensions = 12;

/**
 * Validates and records output = formula(operands), in vectors of four where nothing repeats, or
 * where the innermost elements of those that do not repeat there lie side by side.
 */
export function recordMap(gpu: Gpu, options: MapOptions): void {
  const broadcast = options.broadcast && joined(options.broadcast);
  if (broadcast && broadcast.extents.length > maxDimensions)
    throw new KernelArgumentError(
      `${options.kernel}: operands repeat along ${broadcast.extents.length} dimensions; there is room for ${maxDimensions}`,
    );
  recordJoined(gpu, { ...options, broadcast });
}

function recordJoined(gpu: Gpu, options: MapOptions): void {
  const { kernel, operands, output, length, broadcast } = options;
  requireExtents(kernel, { length });
  const arrays: Record<string, GpuArray> = {};
  let bytes = length * bytesPerElement[output.elementType];
  for (const name in operands) {
    const operand = operands[name] as GpuArray | number;
    if (typeof operand === 'number') continue;
    const size = broadcast ? lastElement(broadcast.extents, broadcast.strides[name] as Strides, length) : length;
    requireArray(kernel, name, operand, { length: size }, anyTypes);
    arrays[name] = operand;
    bytes += size * bytesPerElement[operand.elementType];
  }
  requireArray(kernel, 'output', output, { length }, anyTypes);
  const reads = Object.values(arrays);
  requireSeparate(kernel, reads, [output]);
  const { width, widths, block } = vectorsOf(Object.keys(arrays), broadcast, length);
  const dealt = { ...options, broadcast: block };
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  const { integers, floats } = parametersOf(dealt, length / width);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, arrays, { output }, broadcast ? { ...widths, output: width } : width),
      map: generatedMap(dealt, width, widths),
      vec4: width === 4,
      repeats: (dealt.broadcast?.extents.length ?? 0) > 0,
      ...defines,
    }),
    parameters: { integers, floats },
    reads,
    writes: [output],
    workgroups: workgroups(length / width),
    work: { bytes },
  });
}

interface Vectors {
  readonly width: Width;
  /** Of each array; one that repeats along the innermost dimension is read singly. */
  readonly widths: Readonly<Record<string, Width>>;
  /** The broadcast, with extents and steps in vectors. */
  readonly block: Broadcast | undefined;
}

/** In vectors of four, where that is possible. */
function vectorsOf(names: readonly string[], broadcast: Broadcast | undefined, length: number): Vectors {
  const all = (width: Width) => ({
    width,
    widths: Object.fromEntries(names.map((name) => [name, width])),
    block: broadcast,
  });
  if (!broadcast) return all(length % 4 === 0 ? 4 : 1);
  const last = broadcast.extents.length - 1;
  const fits = (strides: Strides) =>
    strides[last] === 0 || (strides[last] === 1 && strides.every((step, axis) => axis === last || step % 4 === 0));
  const steps = names.map((name) => broadcast.strides[name] as Strides);
  if (last < 0 || (broadcast.extents[last] as number) % 4 !== 0 || !steps.every(fits)) return all(1);
  const isVector = steps.map((strides) => strides[last] === 1);
  const quarter = (strides: Strides) => strides.map((step, axis) => (axis === last ? step : step / 4));
  return {
    width: 4,
    widths: Object.fromEntries(names.map((name, at) => [name, isVector[at] ? 4 : 1])),
    block: {
      extents: broadcast.extents.with(last, (broadcast.extents[last] as number) / 4),
      strides: Object.fromEntries(
        names.map((name, at) => [name, isVector[at] ? quarter(steps[at] as Strides) : (steps[at] as Strides)]),
      ),
    },
  };
}

/** Neighbouring dimensions as one wherever every array goes through them in one step. */
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

/** Elements that an operand must have. */
function lastElement(extents: readonly number[], strides: Strides, length: number): number {
  if (length === 0) return 0;
  return extents.reduce((last, extent, axis) => last + (extent - 1) * (strides[axis] as number), 1);
}

const computedOf = ({ computed }: MapOptions, name: string): Computed =>
  typeof computed === 'string' ? computed : (computed[name] ?? 'f32');

/** Integers first, as parameters must be: count, whole numbers, extents, steps; then floats. */
function parametersOf(options: MapOptions, count: number): { integers: number[]; floats: number[] } {
  const { operands, broadcast } = options;
  const integers = [count];
  const floats: number[] = [];
  for (const name in operands) {
    const operand = operands[name];
    if (typeof operand !== 'number') continue;
    if (computedOf(options, name) === 'f32') floats.push(operand);
    else integers.push(operand >>> 0);
  }
  if (broadcast) {
    integers.push(...broadcast.extents);
    for (const name in operands)
      if (typeof operands[name] !== 'number') integers.push(...(broadcast.strides[name] as Strides));
  }
  return { integers, floats };
}

/** `Parameters`, the bindings, the formula as a function, and `resultAt`. */
function generatedMap(options: MapOptions, width: Width, widths: Vectors['widths']): GeneratedWgsl {
  const { formula, operands, output, broadcast } = options;
  const names = Object.keys(operands);
  const types = names.map((name) => computedOf(options, name));
  const isNumber = names.map((name) => typeof operands[name] === 'number');
  const rank = broadcast?.extents.length ?? 0;
  const key = `${formula.name} ${names.map((name, at) => `${name}:${types[at]}${isNumber[at] ? ' number' : widths[name] === 4 ? 'x4' : ''}`).join(' ')} rank ${rank}`;
  const result: ElementType = output.elementType === 'f16' ? 'f32' : output.elementType;
  const write = () => {
    const arrays = names.filter((_, at) => !isNumber[at]);
    const numbers = (of: 'whole' | 'float') =>
      names.filter((_, at) => isNumber[at] && (types[at] === 'f32') === (of === 'float'));
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const words = [
      'count: u32',
      ...numbers('whole').map((name) => `${name}: u32`),
      ...axes.map((axis) => `extent${axis}: u32`),
      ...arrays.flatMap((name) => axes.map((axis) => `${name}Stride${axis}: u32`)),
      ...numbers('float').map((name) => `${name}: f32`),
    ];
    const upper = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const lane = (suffix: string) =>
      `formula(${names
        .map((name, at) => {
          if (!isNumber[at]) return `${types[at]}(${name}${widths[name] === 4 ? suffix : ''})`;
          return types[at] === 'i32' ? `bitcast<i32>(parameters.${name})` : `parameters.${name}`;
        })
        .join(', ')})`;
    return [
      `struct Parameters { ${words.join(', ')} }`,
      '@group(0) @binding(0) var<uniform> parameters: Parameters;',
      ...arrays.map((name) => `@group(0) @binding(next) var<storage, read> ${name}: array<${upper(name)}>;`),
      '@group(0) @binding(next) var<storage, read_write> output: array<Output>;',
      `fn formula(${names.map((name, at) => `${name}: ${types[at]}`).join(', ')}) -> ${result} {`,
      formula.body,
      '}',
      ...(rank > 0 ? walkOf(arrays, axes) : []),
      'fn resultAt(index: u32) -> OutputValues {',
      ...(rank > 0 ? [] : arrays.map((name) => `  let ${name}At = index;`)),
      ...arrays.map((name) => `  let ${name} = load${upper(name)}(${name}At);`),
      width === 4
        ? `  return OutputValues(${['.x', '.y', '.z', '.w'].map(lane).join(', ')});`
        : `  return ${lane('')};`,
      '}',
    ].join('\n');
  };
  return { key, write, includes: formula.includes ?? [] };
}

/**
 * `begin`, which finds the place of each operand from the number of an output's element, and `goOn`,
 * which goes to the eighth after it without a division: these are what such kernels would wait for.
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
