import type { Optimizer, UpdateRecord } from '@attune/tensor';
import { files, terminal } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { ExtensionPoints } from '../extensionPoints.ts';
import { hasDecidingMetric } from '../metrics/bestModel.ts';
import type { TrainableModel } from '../model.ts';
import type { LearningRates } from '../optimization/learningRates.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { controlJson } from '../state/trainerControl.ts';
import type { TrainerControl } from '../state/trainerControl.ts';
import type { TrainerState } from '../state/trainerState.ts';
import { checkpointPath } from './checkpointName.ts';
import { loadWeights } from './load.ts';
import { applyRetention } from './outputFolder.ts';
import type { RunProgress } from './progress.ts';
import { readWeights } from './read.ts';
import { keepLast } from './retention.ts';
import { withSaveErrors } from './withSaveErrors.ts';
import { writeCheckpoint } from './write.ts';
import type { SavableProcessor } from './write.ts';

/** The run whose checkpoints these are. */
export interface CheckpointedRun {
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
  /** Path of the checkpoint that the run was resumed from. */
  readonly resumedFrom: string | null;
}

/**
 * Writes the checkpoint of this step.
 *
 * @param lastUpdate the last update that has run on the GPU
 * @returns its path
 * @throws SaveError
 */
export async function saveCheckpoint(
  run: CheckpointedRun,
  progress: RunProgress,
  lastUpdate: UpdateRecord | null,
): Promise<string> {
  const { trainer, callbacks, optimizer, rates } = run;
  const { args, state, control, model, processingClass } = trainer;
  await noteBestCheckpoint(args, state);
  state.statefulCallbacks = {
    ...callbacks.states(),
    TrainerControl: { args: controlJson(control), attributes: {} },
  };
  return writeCheckpoint({
    model,
    processingClass,
    saveModel: (folder) => trainer.saveModel(folder, { elsewhere: false }),
    args,
    state,
    optimizer,
    progress,
    scheduler: rates.position(lastUpdate),
  });
}

/**
 * The best checkpoint is that of the step that the best evaluation was at, if there is one: an
 * evaluation may come at the step of a checkpoint and after it.
 */
async function noteBestCheckpoint({ outputDir }: TrainingArguments, state: TrainerState): Promise<void> {
  const { bestGlobalStep, globalStep } = state;
  if (bestGlobalStep === null) return;
  const path = checkpointPath(outputDir, bestGlobalStep);
  const isThere =
    bestGlobalStep === globalStep || (await files.list(outputDir)).some((name) => path.endsWith(`/${name}`));
  if (isThere) state.bestModelCheckpoint = path;
}

/**
 * Removes checkpoints beyond the limit.
 *
 * @param last path of the one that was just written
 * @throws SaveError
 */
export async function removeOlder({ trainer }: CheckpointedRun, last: string): Promise<void> {
  const { saveTotalLimit, outputDir } = trainer.args;
  if (saveTotalLimit === null) return;
  const best = trainer.state.bestModelCheckpoint?.split(/[/\\]/).at(-1);
  await applyRetention(outputDir, keepLast(saveTotalLimit, best), last);
}

/**
 * Deletes the last checkpoint if only the best is to be kept.
 *
 * @param last path of the last one
 * @throws SaveError
 */
export async function keepBestAlone({ trainer, resumedFrom }: CheckpointedRun, last: string | null): Promise<void> {
  const { args, state } = trainer;
  const isOwn = last !== null && last !== resumedFrom;
  const { bestModelCheckpoint: best } = state;
  if (args.saveTotalLimit === 1 && isOwn && best !== null && last !== best)
    await withSaveErrors(last, () => files.removeFolder(last));
}

/**
 * Loads the weights of the best checkpoint.
 *
 * @throws CheckpointError when it is damaged or was removed
 */
export async function loadBest({ trainer }: CheckpointedRun): Promise<void> {
  const { model, args, state } = trainer;
  const { bestModelCheckpoint: path, bestMetric, bestGlobalStep } = state;
  if (path === null) {
    const evaluated = state.logHistory.some((entry) => hasDecidingMetric(args, entry));
    const why = evaluated
      ? `${args.metricForBestModel} was never a number that can be compared`
      : 'no checkpoint was evaluated';
    terminal.writeLine(`loadBestModelAtEnd: ${why}; the model is that of the last step.`);
    return;
  }
  loadWeights({ path, weights: await readWeights(path) }, model);
  terminal.writeLine(
    `The model is now that of the best checkpoint, ${path}: ${args.metricForBestModel} ${formatNumber(bestMetric ?? NaN)} at step ${bestGlobalStep}.`,
  );
}
