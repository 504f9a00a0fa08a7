import { KernelArgumentError } from '../device/given.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import type { Dispatch, Program } from './dispatch.ts';

interface Binding {
  readonly name: string;
  readonly access: 'uniform' | 'read' | 'read_write';
  /** The type of its floats; empty where no array of floats is declared. */
  readonly floats: string;
  /** Line of the program's text, counted from 1. */
  readonly line: number;
}

/** The declared bindings by number; null where only a compiler could parse the text. */
export type Bindings = ReadonlyMap<number, Binding> | null;

/**
 * Checks that the bindings a program declares match the arrays of the dispatch. WebGPU reports a
 * mismatch late, in different words on each implementation, and never reports an array that the
 * program does not declare.
 *
 * @param code the result of `program.source()`
 * @returns what it declares
 * @throws KernelArgumentError with the file and line of the declaration
 */
export function readBindings(
  program: Program,
  { reads, writes }: { readonly reads: number; readonly writes: number },
  code: string,
): Bindings {
  const declared = bindingsOf(code);
  if (!declared) return null;
  const fail = (line: number | undefined, words: string) =>
    failAt(program, line, `${words} The dispatch ${dispatched(reads, writes)}, and has its parameters at binding 0.`);
  for (const [number, { name, access, line }] of declared) {
    const wanted = number === 0 ? 'uniform' : number <= reads ? 'read' : number <= reads + writes ? 'read_write' : null;
    if (wanted === access) continue;
    if (!wanted) fail(line, `${name} is binding ${number}, for which there is no array: list it in reads or writes.`);
    const words = wanted === 'uniform' ? 'var<uniform>' : `var<storage, ${wanted}>`;
    const listed = number === 0 ? 'holds the parameters' : `is listed in ${wanted === 'read' ? 'reads' : 'writes'}`;
    fail(line, `${name} is binding ${number}, which ${listed}: declare it as ${words}.`);
  }
  for (let number = 1; number <= reads + writes; number++) {
    if (declared.has(number)) continue;
    const last = Math.max(0, ...[...declared.values()].map(({ line }) => line)) || undefined;
    const list = number <= reads ? 'reads' : 'writes';
    fail(last, `nothing is declared at binding ${number}, where the dispatch has an array of ${list}.`);
  }
  return declared;
}

/**
 * Checks that arrays declared as floats hold floats of that type. To WebGPU they are bytes, and the
 * results would be wrong without a word. Whole numbers may be declared for any: kernels read bits.
 *
 * @throws KernelArgumentError with the file and line of the declaration
 */
export function requireFloatTypes({ program, reads, writes }: Dispatch, declared: Bindings): void {
  const check = ({ elementType, label }: GpuArray, number: number) => {
    const { name, floats, line } = declared?.get(number) ?? {};
    if (floats && floats !== elementType)
      failAt(
        program,
        line,
        `${name} is declared as an array of ${floats}; got ${label}, of ${elementType}. Pass a cast(tensor, '${floats}').`,
      );
  };
  [...reads, ...writes].forEach((array, index) => check(array, 1 + index));
}

function failAt(program: Program, line: number | undefined, words: string): never {
  const place = line === undefined ? undefined : program.locate?.(line);
  const where = place ? `${place.file}:${place.line}: ` : '';
  throw new KernelArgumentError(`kernel ${program.key}: ${where}${words}`);
}

const declaration =
  /@binding\((\d+)\)[^;]*?var\s*<\s*(uniform|storage)\s*(?:,\s*(read_write|read)\s*)?>\s*(\w+)(?:\s*:\s*array\s*<\s*(?:vec\d)?\s*<?\s*(f32|f16|(?<=vec\d)[fh])\b)?/g;

function bindingsOf(code: string): Map<number, Binding> | null {
  const found = new Map<number, Binding>();
  for (const [index, text] of code.split('\n').entries()) {
    const line = text.replace(/\/\/.*/, '');
    const declarations = [...line.matchAll(declaration)];
    if (declarations.length < line.split('@binding').length - 1) return null;
    for (const [, number, space, access = 'read', name = '', type = ''] of declarations) {
      const floats = type && (/h|16/.test(type) ? 'f16' : 'f32');
      const declared = { name, access: space === 'uniform' ? space : (access as 'read'), floats, line: index + 1 };
      found.set(Number(number), declared as Binding);
    }
  }
  return found;
}

function dispatched(reads: number, writes: number): string {
  const range = (count: number, first: number) =>
    count === 0 ? 'nothing' : count === 1 ? `binding ${first}` : `bindings ${first} to ${first + count - 1}`;
  return `reads ${range(reads, 1)} and writes ${range(writes, 1 + reads)}`;
}
