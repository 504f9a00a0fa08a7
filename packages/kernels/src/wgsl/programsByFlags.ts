import type { Program } from '../recording/dispatch.ts';

/**
 * Programs of one kernel by their flags. A training step asks for the same few at every dispatch;
 * building their keys each time took longer than everything else about recording a product.
 */
export class ProgramsByFlags {
  readonly #made = new Map<number, Program>();

  /**
   * @param flags at most 30, always the same in the same order: everything that the program depends
   *   on
   * @param make makes the program, which must not hold arrays: they would never be freed
   */
  get(flags: readonly boolean[], make: () => Program): Program {
    let number = 1;
    for (let index = 0; index < flags.length; index++) number = 2 * number + (flags[index] ? 1 : 0);
    let program = this.#made.get(number);
    if (!program) this.#made.set(number, (program = make()));
    return program;
  }
}
