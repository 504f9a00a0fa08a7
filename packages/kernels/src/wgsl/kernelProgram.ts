import type { Program } from '../recording/dispatch.ts';
import type { Defines, GeneratedWgsl, preprocess, PreprocessedWgsl, SourceLine } from './preprocess.ts';
import type { WgslFile } from './wgslFile.ts';

/** Set when the parts of a device are loaded: nothing asks for a text before. */
export const preprocessor: { preprocess: typeof preprocess | null } = { preprocess: null };

/**
 * The program of a kernel. Its key and its text are made of the same defines, so that two different
 * programs never share a key. Sizes that change from call to call must be parameters, not defines:
 * each new define compiles a program.
 *
 * @param name of the kernel; every name has one source
 * @param defines always in the same order: the key lists them
 * @param effort how many times as long it takes to compile as others of its length
 */
export function kernelProgram(name: string, source: WgslFile, defines: Defines = {}, effort = 1): Program {
  return new KernelProgram(name, source, defines, effort);
}

// A class, as programs are made at every dispatch, and methods on a prototype cost nothing.
class KernelProgram implements Program {
  readonly key: string;
  readonly effort: number;
  readonly #file: WgslFile;
  readonly #defines: Defines;

  constructor(name: string, file: WgslFile, defines: Defines, effort: number) {
    this.key = name + keyOf(defines);
    this.effort = effort;
    this.#file = file;
    this.#defines = defines;
  }

  source(): string {
    return this.#preprocessed().text;
  }

  /** Original file and line of a line of `source()`, counted from 1. */
  locate(line: number): SourceLine | undefined {
    return this.#preprocessed().lines[line - 1];
  }

  #preprocessed(): PreprocessedWgsl {
    return preprocessor.preprocess!(this.#file, this.#defines);
  }
}

type Values = Readonly<Record<string, number | boolean>>;

/**
 * WGSL that `write` makes from these values and nothing else; the values identify it in the
 * program's key.
 */
export function generatedWgsl<V extends Values>(values: V, write: (values: V) => string): GeneratedWgsl {
  return { key: keyOf(values).slice(1), write: () => write(values) };
}

/** The same WGSL, already written, so that it holds no reference to its inputs. */
export function written(wgsl: GeneratedWgsl): GeneratedWgsl {
  const text = wgsl.write();
  return { ...wgsl, write: () => text };
}

function keyOf(defines: Defines): string {
  let key = '';
  for (const name in defines) {
    const value = defines[name];
    if (value === true) key += ` ${name}`;
    else if (typeof value === 'number') key += ` ${name} ${value}`;
    else if (typeof value === 'object') key += ` ${value.key}`;
  }
  return key;
}
