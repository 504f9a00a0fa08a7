import { terminal } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { RunPosition } from '../checkpoint/progress.ts';
import type { Checkpoint } from '../checkpoint/read.ts';
import { CheckpointError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';
import type { StartingPoint } from './startingPoint.ts';

/** The run that a checkpoint is compared with. */
export interface ResumedRun {
  readonly args: TrainingArguments;
  readonly model: TrainableModel;
  readonly numTrainExamples: number | null;
  readonly batchesPerEpoch: number;
}

/** Arguments that determine the order of the data. */
const decidingOrder = ['seed', 'data_seed', 'train_sampling_strategy'];

/** With grouping by length, these determine it too. */
const decidingGroups = ['length_column_name', 'per_device_train_batch_size', 'gradient_accumulation_steps'];

/** Arguments without influence on the result. */
const indifferent: ReadonlySet<string> = new Set([
  'output_dir',
  'disable_tqdm',
  'log_format',
  'resume_from_checkpoint',
  'report_to',
  'logging_dir',
]);

/**
 * Determines where a run resumes, and messages about it. Nothing is changed yet.
 *
 * @throws CheckpointError when model, dataset or seed differ
 */
export function startingPoint({ path, args: saved, progress, state }: Checkpoint, run: ResumedRun): StartingPoint {
  const fail = (what: string, now: unknown, before: unknown, advice: string) => {
    throw new CheckpointError(
      `${path} belongs to another run: ${what} is ${String(now)}; it was ${String(before)}. ${advice}`,
    );
  };
  const { name: modelName } = run.model.constructor;
  if (modelName !== progress.modelName)
    fail('the model', modelName, progress.modelName, 'Load the model that the run began with.');
  if (run.numTrainExamples !== progress.numTrainExamples)
    fail(
      'the length of trainDataset',
      run.numTrainExamples,
      progress.numTrainExamples,
      'Pass the dataset of that run.',
    );
  const given = run.args.toJSON();
  const grouped = run.args.trainSamplingStrategy === 'group_by_length';
  for (const name of grouped ? [...decidingOrder, ...decidingGroups] : decidingOrder)
    if (given[name] !== saved[name]) fail(name, given[name], saved[name], 'It would change the order of the data.');
  const changed = Object.keys(given).filter(
    (name) => !indifferent.has(name) && name in saved && JSON.stringify(given[name]) !== JSON.stringify(saved[name]),
  );
  terminal.writeLine(`Resuming from ${path}: step ${state.globalStep}, epoch ${Number(state.epoch.toFixed(4))}.`);
  for (const name of changed)
    terminal.writeLine(`  ${name} is ${JSON.stringify(given[name])}; it was ${JSON.stringify(saved[name])}.`);
  const { globalStep } = state;
  const batchSize = Number(saved['per_device_train_batch_size']);
  const sameBatches =
    run.batchesPerEpoch === progress.batchesPerEpoch &&
    batchSize === run.args.perDeviceTrainBatchSize &&
    saved['gradient_accumulation_steps'] === run.args.gradientAccumulationSteps;
  const { shouldTrainingStop, shouldEpochStop } = progress.control;
  return {
    ...(sameBatches ? progress.position : samePlace(progress.position, progress.batchesPerEpoch, batchSize, run)),
    globalStep,
    sameBatches,
    stopped: shouldTrainingStop && globalStep < state.maxSteps,
    epochStopped: shouldEpochStop,
  };
}

/** The position in an epoch after the same rows, with another batch size. */
function samePlace(position: RunPosition, batchesBefore: number, batchSize: number, run: ResumedRun): RunPosition {
  const { epoch, batchesDone, epochEnded } = position;
  const size = run.args.perDeviceTrainBatchSize;
  const rows = batchesDone * batchSize;
  const whole = epochEnded || batchesDone >= batchesBefore;
  const startBatch = whole ? run.batchesPerEpoch : Math.min(run.batchesPerEpoch, Math.floor(rows / size));
  const again = whole ? 0 : rows - startBatch * size;
  const where = whole ? `after epoch ${epoch + 1}` : `in epoch ${epoch + 1} after row ${rows - again}`;
  terminal.writeLine(
    `  Batches have another size now. The run continues ${where}${again > 0 ? `, so that ${again} rows repeat` : ''}; ` +
      'the remaining steps and the learning rate follow the new size. It cannot equal a run that never stopped.',
  );
  return { epoch, batchesDone: startBatch, epochEnded };
}
