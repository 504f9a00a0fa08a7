import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import type { Dispatch, Program } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import type { Width } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as mapSource } from './map.wgsl.ts';

/** The type that WGSL computes in, whatever the stored types. */
export type Computed = 'f32' | 'i32' | 'u32';

/** What a function of a family computes for one element. */
export interface Formula {
  /** Unique among all formulas of the kernel. */
  readonly name: string;
  /** WGSL that returns the result: `return a + b;`, with operands and parameters by their names. */
  readonly body: string;
  /** Files that it calls. */
  readonly includes?: readonly WgslFile[] | undefined;
}

/** How operands map to the output where some are broadcast. */
export interface Repeats {
  /** Vector width of the output, and of each array. */
  readonly width: Width;
  readonly widths: Readonly<Record<string, Width>>;
  /** Numbers that each array must hold. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Dimensions that `begin` and `goOn` walk along: 0 where nothing is broadcast. */
  readonly rank: number;
  /** Parameters that they read, by name. */
  readonly integers: Readonly<Record<string, number>>;
  /** Writes `begin` and `goOn`, which compute the index into each array, `aAt`. */
  readonly walk: () => readonly string[];
}

/** output = formula(operands) */
export interface MapStep {
  /** Name in errors and profiles. */
  readonly kernel: string;
  readonly formula: Formula;
  /** Arrays by their names in the formula; numbers become parameters. */
  readonly operands: Readonly<Record<string, GpuArray | number>>;
  /** What operands are converted to before the formula sees them. */
  readonly computed: Computed;
  readonly output: GpuArray;
}

/** A dispatch of one formula, or of several that each read results of earlier ones. */
interface MapDispatch extends Dispatch {
  readonly steps: readonly MapStep[];
  readonly length: number;
}

type Types = Record<string, { readonly elementType: ElementType }>;

/** Placeholder for the component of a vector. */
const lane = '$';
/** Arrays that every adapter can bind at once. */
const mostArrays = 8;

/** Maps of 2^29 numbers or more are never chained. */
const mostBits = 29;

/** Chains that never come twice would make programs without end: more than these get none. */
const mostChains = 512;
let chains = 0;
/** By a compact key: building their full keys would take as long as the rest of recording. */
const programs = new Map<string, Program>();

/**
 * The dispatch of one map, or of a chain of maps that each read results of earlier ones. All arrays
 * hold `length` numbers, or are broadcast as `repeats` says; every step's output is written.
 *
 * @returns null for a chain where there are too many already
 */
export function mapDispatch(
  gpu: Gpu,
  steps: readonly MapStep[],
  length: number,
  repeats?: Repeats,
  work?: Dispatch['work'],
): MapDispatch | null {
  const width = repeats?.width ?? (length % 4 === 0 ? 4 : 1);
  const { profile, clampsStores } = gpu;
  const writes = steps.map(({ output }) => output);
  const reads: GpuArray[] = [];
  const integers = [length / width];
  const floats: number[] = [];
  let key = '';
  for (const { kernel, formula, operands, computed, output } of steps) {
    key += `${key && ' + '}${kernel} ${formula.name} ${computed} ${output.elementType}`;
    for (const own in operands) {
      const value = operands[own] as GpuArray | number;
      key += ` ${own}`;
      if (typeof value !== 'number') {
        const source = sourceOf(value, writes);
        key += ` ${source}`;
        if (typeof source === 'string') reads.push(value);
        if (repeats) key += repeats.widths[own];
      } else if (computed === 'f32') floats.push(value);
      else integers.push(value >>> 0);
    }
  }
  if (repeats) integers.push(...Object.values(repeats.integers));
  key += ` rank ${repeats?.rank} x${width} ${profile.software} ${profile.f16Storage} ${clampsStores}`;
  let program = programs.get(key);
  if (!program) {
    if (steps.length > 1 && ++chains > mostChains) return null;
    programs.set(key, (program = mapProgram(gpu, key, steps, width, repeats)));
  }
  const dispatch: MapDispatch = {
    program,
    parameters: { integers, floats },
    reads,
    writes,
    workgroups: flatIndexingFor(profile).workgroups(length / width),
    work,
    steps,
    length,
    // On other adapters a dispatch costs little beside its work.
    joinTo:
      profile.software && !repeats && length < 2 ** mostBits
        ? (before) => (canJoin(before, dispatch) ? mapDispatch(gpu, [...before.steps, ...steps], length) : null)
        : undefined,
  };
  return dispatch;
}

/** The type of an array, or the number of the step that writes it. */
function sourceOf(array: GpuArray, results: readonly GpuArray[]): ElementType | number {
  const step = results.indexOf(array);
  return step < 0 ? array.elementType : step;
}

/** Whether a map reads what the one before it writes, and one dispatch can do both. */
function canJoin(before: Dispatch, { length, reads, writes }: MapDispatch): before is MapDispatch {
  const written = before.writes;
  const others = reads.filter((array) => !written.includes(array));
  const isApart = ({ storage }: GpuArray, arrays: readonly GpuArray[]) =>
    arrays.every((array) => array.storage !== storage);
  return (
    length === (before as MapDispatch).length &&
    others.length < reads.length &&
    before.reads.length + written.length + others.length < mostArrays &&
    // WebGPU lets no dispatch read and write one buffer.
    writes.every((array) => isApart(array, before.reads)) &&
    // A value stored as f16 is rounded; within a dispatch it would not be.
    written.every((array) => array.elementType !== 'f16' && isApart(array, [...others, ...writes]))
  );
}

/**
 * The steps in WGSL: arrays by name, members of `Parameters`, the formulas, and the code that calls
 * them and stores their results.
 */
type Written = readonly [reads: Types, writes: Types, parameters: string, functions: string, compute: string];

function writeSteps(steps: readonly MapStep[], width: Width, repeats?: Repeats): Written {
  const lanes = width === 4 ? ['.x', '.y', '.z', '.w'] : [''];
  const results = steps.map(({ output }) => output);
  const reads: Types = {};
  const writes: Types = {};
  let [integers, floats, functions, compute] = ['', '', '', ''];
  for (const [step, { formula, operands, computed, output }] of steps.entries()) {
    let [parameters, values, shift] = ['', '', mostBits];
    for (const own in operands) {
      const value = operands[own] as GpuArray | number;
      const name = own + (step || '');
      parameters += `${own}: ${computed}, `;
      if (typeof value === 'number') {
        values += computed === 'i32' ? `bitcast<i32>(parameters.${name}), ` : `parameters.${name}, `;
        if (computed === 'f32') floats += `${name}: f32, `;
        else integers += `${name}: u32, `;
        continue;
      }
      const source = sourceOf(value, results);
      let stored = name + ((repeats ? repeats.widths[own] : width) === 4 ? lane : '');
      if (typeof source === 'string') {
        reads[name] = { elementType: source };
      } else if (source === step) {
        compute += `let ${name} = loadOutput${step || ''}(index);\n`;
      } else {
        // Adds a 0 that the compiler cannot see through, so that it does not fuse the formulas and
        // change their results.
        stored = `bitcast<${value.elementType}>(bitcast<u32>(output${source || ''}${lane}) + (parameters.count >> ${shift++}))`;
      }
      values += `${computed}(${stored}), `;
    }
    const { elementType } = output;
    functions += `fn formula${step}(${parameters}) -> ${elementType === 'f16' ? 'f32' : elementType} {\n${formula.body}\n}\n`;
    const call = `formula${step}(${values})`;
    writes[`output${step || ''}`] = { elementType };
    compute += `let output${step || ''} = Output${step || ''}Values(${lanes.map((each) => call.replaceAll(lane, each)).join(', ')});
  storeOutput${step || ''}(index, output${step || ''});\n`;
  }
  for (const name in repeats?.integers) integers += `${name}: u32, `;
  return [reads, writes, integers + floats, functions, compute];
}

/**
 * Writes `Parameters`, the bindings, the formulas as functions, and `computeAt`. The program
 * outlives the arrays and must not hold them.
 */
function mapProgram(gpu: Gpu, key: string, steps: readonly MapStep[], width: Width, repeats?: Repeats): Program {
  const walks = (repeats?.rank ?? 0) > 0;
  const [reads, writes, parameters, functions, compute] = writeSteps(steps, width, repeats);
  const names = Object.keys(reads);
  const upper = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const binding = (access: string) => (name: string) =>
    `@group(0) @binding(next) var<storage, ${access}> ${name}: array<${upper(name)}>;`;
  const text = [
    `struct Parameters { count: u32, ${parameters} }`,
    '@group(0) @binding(0) var<uniform> parameters: Parameters;',
    ...names.map(binding('read')),
    ...Object.keys(writes).map(binding('read_write')),
    functions,
    ...(walks ? (repeats as Repeats).walk() : []),
    'fn computeAt(index: u32) {',
    ...names.map((name) => `let ${name} = load${upper(name)}(${walks ? `${name}At` : 'index'});`),
    `${compute}}`,
  ].join('\n');
  return kernelProgram(key, mapSource, {
    access: elementAccess(gpu, reads, writes, repeats ? { ...repeats.widths, output: width } : width),
    map: generated(
      text,
      steps.flatMap(({ formula }) => formula.includes ?? []),
    ),
    vec4: width === 4,
    repeats: walks,
    ...flatIndexingFor(gpu.profile).defines,
  });
}

const generated = (text: string, includes: readonly WgslFile[]): GeneratedWgsl => ({
  key: '',
  write: () => text,
  includes,
});
