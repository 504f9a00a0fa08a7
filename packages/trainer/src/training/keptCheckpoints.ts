import type { UpdateRecord } from '@attune/tensor';
import { files, terminal } from '#platform';
import { checkpointPath } from '../checkpoint/checkpointPath.ts';
import { applyRetention } from '../checkpoint/outputFolder.ts';
import type { RunProgress } from '../checkpoint/progress.ts';
import { readWeights } from '../checkpoint/read.ts';
import { keepLast } from '../checkpoint/retention.ts';
import { writeCheckpoint } from '../checkpoint/write.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { controlJson } from '../state/trainerControl.ts';
import { loadWeights } from './resume.ts';
import type { RunCheckpointsInput } from './runCheckpoints.ts';

/**
 * Writes the checkpoint of this step.
 *
 * @param lastUpdate that has run on the GPU
 * @returns its path
 * @throws SaveError
 */
export async function saveCheckpoint(
  input: RunCheckpointsInput,
  progress: RunProgress,
  lastUpdate: UpdateRecord | null,
): Promise<string> {
  const { trainer, callbacks, optimizer, rates } = input;
  const { args, state, control, model, processingClass } = trainer;
  if (state.bestGlobalStep === state.globalStep)
    state.bestModelCheckpoint = checkpointPath(args.outputDir, state.globalStep);
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

/** Removes checkpoints over the limit. @param last path of the one that was just written */
export async function removeOlder({ trainer }: RunCheckpointsInput, last: string): Promise<void> {
  const { saveTotalLimit, outputDir } = trainer.args;
  if (saveTotalLimit === null) return;
  const best = trainer.state.bestModelCheckpoint?.split(/[/\\]/).at(-1);
  await applyRetention(outputDir, keepLast(saveTotalLimit, best), last);
}

/**
 * Puts the weights of the best checkpoint in place. Where only one is to be kept, it is that.
 *
 * @param last path of the last one
 * @throws CheckpointError when it is damaged or was removed
 */
export async function loadBest(input: RunCheckpointsInput, last: string | null): Promise<void> {
  const { model, args, state } = input.trainer;
  const { bestModelCheckpoint: path, bestMetric, bestGlobalStep } = state;
  if (path === null) {
    terminal.writeLine('loadBestModelAtEnd: no checkpoint was evaluated; the model is that of the last step.');
    return;
  }
  loadWeights({ path, weights: await readWeights(path) }, model);
  terminal.writeLine(
    `The model is now that of the best checkpoint, ${path}: ${args.metricForBestModel} ${formatNumber(bestMetric ?? NaN)} at step ${bestGlobalStep}.`,
  );
  const isOwn = last !== input.resumedFrom;
  if (args.saveTotalLimit === 1 && last !== null && isOwn && last !== path) await files.removeFolder(last);
}
