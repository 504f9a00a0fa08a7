import type { Program } from '../recording/dispatch.ts';
import { preprocess } from './preprocess.ts';
import type { Defines, GeneratedWgsl, PreprocessedWgsl, SourceLine } from './preprocess.ts';
import type { WgslFile } from './wgslFile.ts';

/**
 * A program of a kernel. Its key is made of the same defines as its text, so that two programs
 * never share a key. Sizes that change from call to call are parameters, not defines: each new
 * value compiles a program.
 *
 * @param name of the kernel; one source for one name
 * @param defines always in the same order: the key lists them
 * @param effort how many times as long as others of its length it takes to compile
 */
export function kernelProgram(name: string, source: WgslFile, defines: Defines = {}, effort = 1): Program {
  return new KernelProgram(name, source, defines, effort);
}

// A class: programs are made at every dispatch, and methods cost nothing then.
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

  /** Where a line of `source()` was written, counted from 1. */
  locate(line: number): SourceLine | undefined {
    return this.#preprocessed().lines[line - 1];
  }

  #preprocessed(): PreprocessedWgsl {
    return preprocess(this.#file, this.#defines);
  }
}

type Values = Readonly<Record<string, number | boolean>>;

/**
 * WGSL that `write` makes of these values and of nothing else; they name it in the program's key.
 */
export function generatedWgsl<V extends Values>(values: V, write: (values: V) => string): GeneratedWgsl {
  return { key: keyOf(values).slice(1), write: () => write(values) };
}

/** The same, written: it holds nothing of what it was to be written from. */
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
