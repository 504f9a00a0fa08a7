import type { Gpu } from '../gpu.ts';
import type { Program } from '../recording/dispatch.ts';
import { elementAccess } from './elementAccess.ts';
import type { Arrays, Width } from './elementAccess.ts';
import { kernelProgram, written } from './kernelProgram.ts';
import type { WgslFile } from './wgslFile.ts';

/** Upper bound, exclusive, of numbers in defines. */
const endOfNumbers = 512;

/**
 * Programs of one kernel over float arrays, by one number that encodes everything they depend on.
 * Like `ProgramsByFlags`, it avoids building a string key at every dispatch.
 */
export class AccessPrograms {
  readonly #name: string;
  readonly #source: WgslFile;
  readonly #made = new Map<number, Program>();

  constructor(name: string, source: WgslFile) {
    this.#name = name;
    this.#source = source;
  }

  /**
   * @param reads as for `elementAccess`, always the same names in the same order
   * @param defines always the same names in the same order, numbers below 512; with `reads` and
   *   `writes` no more combinations than a float64 can distinguish
   */
  get(
    gpu: Gpu,
    reads: Arrays,
    writes: Arrays,
    width: Width,
    defines: Readonly<Record<string, boolean | number>>,
  ): Program {
    const { profile, clampsStores } = gpu;
    let number = (width === 4 ? 4 : 0) + (profile.f16Storage === 'native' ? 2 : 0) + (clampsStores ? 1 : 0);
    for (const arrays of [reads, writes])
      for (const name in arrays)
        number = 3 * number + (arrays[name] ? (arrays[name].elementType === 'f16' ? 2 : 1) : 0);
    for (const name in defines) {
      const value = defines[name] as boolean | number;
      number = typeof value === 'number' ? endOfNumbers * number + value : 2 * number + (value ? 1 : 0);
    }
    let program = this.#made.get(number);
    if (!program) {
      const access = written(elementAccess(gpu, reads, writes, width));
      this.#made.set(number, (program = kernelProgram(this.#name, this.#source, { access, ...defines })));
    }
    return program;
  }
}
