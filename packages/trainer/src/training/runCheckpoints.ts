import type { Optimizer, UpdateRecord } from '@attune/tensor';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { RunProgress } from '../checkpoint/progress.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { ExtensionPoints } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerControl } from '../state/trainerControl.ts';
import type { TrainerState } from '../state/trainerState.ts';
import type { LearningRates } from './learningRates.ts';

export interface RunCheckpointsInput {
  readonly trainer: Pick<ExtensionPoints, 'saveModel'> & {
    readonly model: TrainableModel;
    readonly args: TrainingArguments;
    readonly control: TrainerControl;
    readonly processingClass: SavableProcessor | undefined;
    readonly state: TrainerState;
  };
  readonly callbacks: CallbackList;
  readonly optimizer: Optimizer;
  readonly rates: LearningRates;
  /** Path of the checkpoint that the run goes on from. */
  readonly resumedFrom: string | null;
}

/** The checkpoints that one run writes, and the best of them. */
export class RunCheckpoints {
  readonly #input: RunCheckpointsInput;
  #last: string | null;

  constructor(input: RunCheckpointsInput) {
    this.#input = input;
    this.#last = input.resumedFrom;
  }

  /** Path of the last one; null before the first. */
  get last(): string | null {
    return this.#last;
  }

  /**
   * Writes the one of this step, and removes those over the limit.
   *
   * @param lastUpdate that has run on the GPU
   * @throws SaveError
   */
  async save(progress: RunProgress, lastUpdate: UpdateRecord | null): Promise<void> {
    const { removeOlder, saveCheckpoint } = await keeping();
    this.#last = await saveCheckpoint(this.#input, progress, lastUpdate);
    await removeOlder(this.#input, this.#last);
    await this.#input.callbacks.call('onSave');
  }

  /**
   * Puts the weights of the best one in place. Where only one is to be kept, it is that.
   *
   * @throws CheckpointError when it is damaged or was removed
   */
  async loadBest(): Promise<void> {
    const { loadBest } = await keeping();
    await loadBest(this.#input, this.#last);
  }
}

/** A page saves nothing, and loads none of it. */
const keeping = () => import('./keptCheckpoints.ts');
