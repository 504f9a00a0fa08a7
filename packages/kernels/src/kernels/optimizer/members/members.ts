import { KernelArgumentError } from '../../../errors.ts';
import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import type { OptimizerState } from '../state/state.ts';
import { wgsl as updateSource } from './updateMembers.wgsl.ts';

/**
 * The parameters of an optimizer one by one, for updates in which not all of them take part. A
 * member that takes no part keeps weights and moments, and its next update corrects their bias by
 * the number of its own updates, as `torch.optim` does.
 */
export class OptimizerMembers {
  readonly count: number;
  /** u32 `[count, 2]`: parameter group, and whether the member takes part. */
  readonly members: GpuArray;
  /** u32 `[count]`: applied updates in which the member took no part. */
  readonly missed: GpuArray;
  /** f32 `[count, 4]`: as adamW.wgsl reads them. */
  readonly rates: GpuArray;
  readonly #gpu: Gpu;
  readonly #words: Uint32Array;

  /**
   * @param groups index of each member's parameter group
   * @param missed updates that each member has missed so far
   * @throws KernelArgumentError
   */
  constructor(gpu: Gpu, groups: readonly number[], missed: readonly number[]) {
    if (groups.length === 0 || groups.length !== missed.length) {
      throw new KernelArgumentError(
        `OptimizerMembers: got ${groups.length} groups and ${missed.length} counts of missed updates; expected as many of both, at least one`,
      );
    }
    this.count = groups.length;
    this.#gpu = gpu;
    this.#words = Uint32Array.from(groups.flatMap((group) => [group, 1]));
    this.members = gpu.allocatePersistent('u32', 2 * this.count, 'members of the optimizer');
    this.missed = gpu.allocatePersistent('u32', this.count, 'missed updates');
    this.rates = gpu.allocatePersistent('f32', 4 * this.count, 'rates of the members');
    gpu.write(this.missed, Uint32Array.from(missed));
  }

  /**
   * Sets which members take part in every update that is not yet submitted: submit what is recorded
   * first.
   */
  setTakingPart(takesPart: readonly boolean[]): void {
    for (let member = 0; member < this.count; member++) this.#words[2 * member + 1] = takesPart[member] ? 1 : 0;
    this.#gpu.write(this.members, this.#words);
  }

  dispose(): void {
    for (const array of [this.members, this.missed, this.rates]) this.#gpu.release(array);
  }
}

/** Records the rates of all members in the update that was just decided. */
export function updateMembers(gpu: Gpu, state: OptimizerState, members: OptimizerMembers): void {
  gpu.dispatch({
    program: kernelProgram('updateMembers', updateSource),
    parameters: { integers: [members.count, state.learningRates.length] },
    reads: [state.words, state.groups, state.schedule, members.members],
    writes: [members.missed, members.rates],
    workgroups: [Math.ceil(members.count / 64), 1, 1],
  });
}
