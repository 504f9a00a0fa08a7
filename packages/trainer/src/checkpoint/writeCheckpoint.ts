import { files } from '#platform';
import { writeSafetensors } from '@attune/tensor';
import type { AdamW } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { SaveError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerState } from '../state/trainerState.ts';

/** A tokenizer, or anything else that is saved beside a model. */
export interface SavableProcessor {
  savePretrained?(folder: string): Promise<unknown>;
}

export interface SavedModel {
  readonly model: TrainableModel;
  readonly processingClass?: SavableProcessor;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Writes the model, in its own format where it has one, and its tokenizer into a folder. */
export async function writeModel(folder: string, { model, processingClass }: SavedModel): Promise<void> {
  await saving(folder, async () => {
    await files.makeFolder(folder);
    if (model.savePretrained) await model.savePretrained(folder);
    else
      await files.writeFile(`${folder}/model.safetensors`, writeSafetensors(await model.stateDict(), { format: 'pt' }));
    await processingClass?.savePretrained?.(folder);
  });
}

export interface CheckpointOptions extends SavedModel {
  readonly args: TrainingArguments;
  readonly state: TrainerState;
  readonly optimizer: AdamW;
  /** Steps of the schedule used so far. */
  readonly schedulerStep: number;
  /** Learning rate of the next step. */
  readonly learningRate: number;
}

/**
 * Writes `checkpoint-<step>` into the output folder: model, tokenizer, optimizer, schedule, seeds,
 * arguments, state and checksums. The folder is made under another name and renamed when it is
 * whole.
 */
export async function writeCheckpoint(options: CheckpointOptions): Promise<string> {
  const { args, state, optimizer, schedulerStep, learningRate } = options;
  const target = `${args.outputDir}/checkpoint-${state.globalStep}`;
  await saving(target, async () => {
    const folder = `${target}.unfinished`;
    await files.removeFolder(folder);
    await writeModel(folder, options);
    if (!args.saveOnlyModel) {
      await files.writeFile(
        `${folder}/optimizer.safetensors`,
        writeSafetensors(await optimizer.stateDict(), { format: 'pt' }),
      );
      await files.writeFile(`${folder}/scheduler.json`, json({ last_epoch: schedulerStep, last_lr: [learningRate] }));
      if (args.fp16) await files.writeFile(`${folder}/scaler.json`, json(await scalerJson(optimizer)));
      await files.writeFile(
        `${folder}/rng.json`,
        json({ seed: args.seed, data_seed: args.dataSeed, update: state.globalStep }),
      );
      await files.writeFile(`${folder}/training_args.json`, json(args));
      await files.writeFile(`${folder}/trainer_state.json`, json(state));
    }
    const names = (await files.list(folder)).sort();
    const checksums = await Promise.all(
      names.map(async (name) => [name, await files.checksum(`${folder}/${name}`)] as const),
    );
    await files.writeFile(`${folder}/checksums.json`, json(Object.fromEntries(checksums)));
    await files.replaceFolder(folder, target);
  });
  return target;
}

/** The loss scale under the names of `torch.amp.GradScaler.state_dict()`. */
async function scalerJson(optimizer: AdamW): Promise<Record<string, number>> {
  const { scale, growthTracker } = await optimizer.scalerState();
  return { scale, growth_factor: 2, backoff_factor: 0.5, growth_interval: 2000, _growth_tracker: growthTracker };
}

/** Removes the oldest checkpoints of an output folder beyond `limit`. */
export async function rotateCheckpoints(outputDir: string, limit: number): Promise<void> {
  const steps = (await files.list(outputDir))
    .map((name) => /^checkpoint-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  for (const step of steps.slice(0, Math.max(0, steps.length - limit)))
    await files.removeFolder(`${outputDir}/checkpoint-${step}`);
}

/**
 * Runs something that writes to `folder` and turns a failure into an error that names the folder
 * and what to do.
 */
export async function saving(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof SaveError) throw cause;
    const { code, message } = cause as { code?: string; message: string };
    const reasons: Record<string, string> = {
      EACCES: 'no permission to write there',
      EPERM: 'no permission to write there',
      EROFS: 'the file system is read-only',
      ENOSPC: 'the disk is full',
      ENOTDIR: 'a part of the path is a file, not a folder',
      EEXIST: 'a file of that name stands in the way',
    };
    throw new SaveError(
      `could not write to ${folder}: ${(code && reasons[code]) ?? message}. Choose another outputDir.`,
      { cause },
    );
  }
}
