import type { UpdateRecord } from '@attune/tensor';
import type { CheckpointedRun } from './keptCheckpoints.ts';
import type { RunProgress } from './progress.ts';

/** The checkpoints that one run writes, and the best of them. */
export class RunCheckpoints {
  readonly #run: CheckpointedRun;
  #last: string | null;

  constructor(run: CheckpointedRun) {
    this.#run = run;
    this.#last = run.resumedFrom;
  }

  /** Path of the last one; null before the first. */
  get last(): string | null {
    return this.#last;
  }

  /**
   * Writes the checkpoint of this step, and removes those beyond the limit.
   *
   * @param lastUpdate the last update that has run on the GPU
   * @throws SaveError
   */
  async save(progress: RunProgress, lastUpdate: UpdateRecord | null): Promise<void> {
    const { removeOlder, saveCheckpoint } = await keeping();
    this.#last = await saveCheckpoint(this.#run, progress, lastUpdate);
    await removeOlder(this.#run, this.#last);
    await this.#run.callbacks.call('onSave');
  }

  /**
   * At the end of a run: loads the weights of the best one, if they are asked for. Where
   * only one is to be kept, it is that.
   *
   * @throws CheckpointError when it is damaged or was removed
   */
  async finish(): Promise<void> {
    const { args } = this.#run.trainer;
    if (!args.loadBestModelAtEnd && args.saveTotalLimit !== 1) return;
    const { keepBestAlone, loadBest } = await keeping();
    if (args.loadBestModelAtEnd) await loadBest(this.#run);
    await keepBestAlone(this.#run, this.#last);
  }
}

/** Loaded on demand, as a page saves nothing. */
const keeping = () => import('./keptCheckpoints.ts');
