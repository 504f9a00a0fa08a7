import type { Optimizer, UpdateRecord } from '@attune/tensor';
import { files, terminal } from '#platform';
import type { CallbackList } from '../callbacks/callbackList.ts';
import { checkpointPath } from '../checkpoint/checkpointPath.ts';
import type { RunProgress } from '../checkpoint/progress.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { ExtensionPoints } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { controlJson } from '../state/trainerControl.ts';
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
    const { trainer, callbacks, optimizer, rates } = this.#input;
    const { args, state, control, model, processingClass } = trainer;
    if (state.bestGlobalStep === state.globalStep)
      state.bestModelCheckpoint = checkpointPath(args.outputDir, state.globalStep);
    state.statefulCallbacks = {
      ...callbacks.states(),
      TrainerControl: { args: controlJson(control), attributes: {} },
    };
    // A page saves nothing, and loads none of it.
    const { writeCheckpoint } = await import('../checkpoint/write.ts');
    this.#last = await writeCheckpoint({
      model,
      processingClass,
      saveModel: (folder) => trainer.saveModel(folder, { elsewhere: false }),
      args,
      state,
      optimizer,
      progress,
      scheduler: rates.position(lastUpdate),
    });
    if (args.saveTotalLimit !== null) {
      const { applyRetention } = await import('../checkpoint/outputFolder.ts');
      const { keepLast } = await import('../checkpoint/retention.ts');
      const best = state.bestModelCheckpoint?.split(/[/\\]/).at(-1);
      await applyRetention(args.outputDir, keepLast(args.saveTotalLimit, best), this.#last);
    }
    await callbacks.call('onSave');
  }

  /**
   * Puts the weights of the best one in place. Where only one is to be kept, it is that.
   *
   * @throws CheckpointError when it is damaged or was removed
   */
  async loadBest(): Promise<void> {
    const { model, args, state } = this.#input.trainer;
    const { bestModelCheckpoint: path, bestMetric, bestGlobalStep } = state;
    if (path === null) {
      terminal.writeLine('loadBestModelAtEnd: no checkpoint was evaluated; the model is that of the last step.');
      return;
    }
    const { readWeights } = await import('../checkpoint/read.ts');
    const { loadWeights } = await import('./resume.ts');
    loadWeights({ path, weights: await readWeights(path) }, model);
    terminal.writeLine(
      `The model is now that of the best checkpoint, ${path}: ${args.metricForBestModel} ${formatNumber(bestMetric ?? NaN)} at step ${bestGlobalStep}.`,
    );
    const isOwn = this.#last !== null && this.#last !== this.#input.resumedFrom;
    if (args.saveTotalLimit === 1 && isOwn && this.#last !== path) await files.removeFolder(this.#last as string);
  }
}
