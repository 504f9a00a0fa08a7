import type { Program } from '../recording/dispatch.ts';

/**
 * Programs of one kernel by their flags. A training step asks for the same few at every dispatch;
 * building their keys each time took longer than everything else about recording a product.
 */
export class ProgramsByFlags {
  readonly #made = new Map<number, Program>();

  /**
   * @param flags at most 30 with those of `others`, always the same in the same order: everything
   *   that the program depends on
   * @param make makes the program, which must not hold arrays: they would never be freed
   * @param others more flags. Default: none
   */
  get(flags: readonly boolean[], make: () => Program, others: readonly boolean[] = none): Program {
    const number = numberOf(others, numberOf(flags, 1));
    let program = this.#made.get(number);
    if (!program) this.#made.set(number, (program = make()));
    return program;
  }
}

const none: readonly boolean[] = [];

function numberOf(flags: readonly boolean[], before: number): number {
  let number = before;
  for (let index = 0; index < flags.length; index++) number = 2 * number + (flags[index] ? 1 : 0);
  return number;
}
