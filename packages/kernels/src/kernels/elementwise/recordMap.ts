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

/** How operands lie in the output where some repeat along dimensions. */
export interface Repeats {
  /** Numbers in an element of the output, and in one of each array. */
  readonly width: Width;
  readonly widths: Readonly<Record<string, Width>>;
  /** Numbers that each array must hold. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Dimensions that `begin` and `goOn` walk along: 0 where all lies at one place. */
  readonly rank: number;
  /** What they read of the parameters, by name. */
  readonly integers: Readonly<Record<string, number>>;
  /** Writes the place of each array, `aAt`, with `begin` and `goOn`, which find it. */
  readonly walk: () => readonly string[];
}

export interface MapOptions {
  /** Name in errors and profiles. */
  readonly kernel: string;
  readonly formula: Formula;
  /** Arrays, by the names that they have in the formula; numbers are parameters. */
  readonly operands: Readonly<Record<string, GpuArray | number>>;
  /** What operands are converted to before the formula sees them. */
  readonly computed: Computed | Readonly<Record<string, Computed>>;
  readonly output: GpuArray;
  readonly length: number;
  /** Default: none repeats. */
  readonly repeats?: Repeats | undefined;
}

/** Validates and records output = formula(operands), in vectors of four where that is possible. */
export function recordMap(gpu: Gpu, options: MapOptions): void {
  const { kernel, operands, output, length, repeats } = options;
  requireExtents(kernel, { length });
  const arrays: Record<string, GpuArray> = {};
  const whole: Record<string, number> = {};
  const floats: Record<string, number> = {};
  let bytes = length * bytesPerElement[output.elementType];
  for (const name in operands) {
    const operand = operands[name] as GpuArray | number;
    if (typeof operand === 'number') {
      if (computedOf(options, name) === 'f32') floats[name] = operand;
      else whole[name] = operand >>> 0;
      continue;
    }
    const size = repeats?.sizes[name] ?? length;
    requireArray(kernel, name, operand, { length: size }, anyTypes);
    arrays[name] = operand;
    bytes += size * bytesPerElement[operand.elementType];
  }
  requireArray(kernel, 'output', output, { length }, anyTypes);
  const reads = Object.values(arrays);
  requireSeparate(kernel, reads, [output]);
  const width = repeats?.width ?? (length % 4 === 0 ? 4 : 1);
  const count = length / width;
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  // Integers first, as parameters must be.
  const integers = { count, ...whole, ...repeats?.integers };
  const struct = [
    ...Object.keys(integers).map((name) => `${name}: u32`),
    ...Object.keys(floats).map((name) => `${name}: f32`),
  ];
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, arrays, { output }, repeats ? { ...repeats.widths, output: width } : width),
      map: generatedMap(options, width, struct),
      vec4: width === 4,
      repeats: (repeats?.rank ?? 0) > 0,
      ...defines,
    }),
    parameters: { integers: Object.values(integers), floats: Object.values(floats) },
    reads,
    writes: [output],
    workgroups: workgroups(count),
    work: { bytes },
  });
}

const computedOf = ({ computed }: MapOptions, name: string): Computed =>
  typeof computed === 'string' ? computed : (computed[name] ?? 'f32');

/** `Parameters`, the bindings, the formula as a function, and `resultAt`. */
function generatedMap(options: MapOptions, width: Width, struct: readonly string[]): GeneratedWgsl {
  const { formula, operands, output, repeats } = options;
  const names = Object.keys(operands);
  const types = names.map((name) => computedOf(options, name));
  const isNumber = names.map((name) => typeof operands[name] === 'number');
  const isVector = names.map((name) => (repeats ? repeats.widths[name] : width) === 4);
  const rank = repeats?.rank ?? 0;
  const key = `${formula.name} ${names.map((name, at) => `${name}:${types[at]}${isNumber[at] ? ' number' : isVector[at] ? 'x4' : ''}`).join(' ')} rank ${rank}`;
  const result: ElementType = output.elementType === 'f16' ? 'f32' : output.elementType;
  const write = () => {
    const arrays = names.filter((_, at) => !isNumber[at]);
    const upper = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const lane = (suffix: string) =>
      `formula(${names
        .map((name, at) => {
          if (!isNumber[at]) return `${types[at]}(${name}${isVector[at] ? suffix : ''})`;
          return types[at] === 'i32' ? `bitcast<i32>(parameters.${name})` : `parameters.${name}`;
        })
        .join(', ')})`;
    return [
      `struct Parameters { ${struct.join(', ')} }`,
      '@group(0) @binding(0) var<uniform> parameters: Parameters;',
      ...arrays.map((name) => `@group(0) @binding(next) var<storage, read> ${name}: array<${upper(name)}>;`),
      '@group(0) @binding(next) var<storage, read_write> output: array<Output>;',
      `fn formula(${names.map((name, at) => `${name}: ${types[at]}`).join(', ')}) -> ${result} {`,
      formula.body,
      '}',
      ...(repeats && rank > 0 ? repeats.walk() : []),
      'fn resultAt(index: u32) -> OutputValues {',
      ...arrays.map((name) => `  let ${name} = load${upper(name)}(${rank > 0 ? `${name}At` : 'index'});`),
      width === 4
        ? `  return OutputValues(${['.x', '.y', '.z', '.w'].map(lane).join(', ')});`
        : `  return ${lane('')};`,
      '}',
    ].join('\n');
  };
  return { key, write, includes: formula.includes ?? [] };
}
