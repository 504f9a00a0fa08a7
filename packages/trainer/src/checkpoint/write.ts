import { files, temporaryFolder } from '#platform';
import { writeSafetensors } from '@attune/tensor';
import type { Optimizer } from '@attune/tensor';
import { endSentence } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { SaveError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainerState } from '../state/trainerState.ts';
import { checkpointPath } from './checkpointName.ts';
import { progressJson } from './progress.ts';
import type { RunProgress } from './progress.ts';
import { withSaveErrors } from './withSaveErrors.ts';

/** A tokenizer, or anything else that is saved beside a model. */
export interface SavableProcessor {
  savePretrained?(folder: string): Promise<unknown>;
}

export interface SavedModel {
  readonly model: TrainableModel;
  readonly processingClass: SavableProcessor | undefined;
  /** What it was trained with. */
  readonly args: TrainingArguments;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Writes the model, in its own format where it has one, its tokenizer and the
 * arguments into a folder.
 */
export async function writeModel(folder: string, { model, processingClass, args }: SavedModel): Promise<void> {
  await withSaveErrors(folder, async () => {
    await files.makeFolder(folder);
    if (model.savePretrained) await model.savePretrained(folder);
    else
      await files.writeFile(`${folder}/model.safetensors`, writeSafetensors(await model.stateDict(), { format: 'pt' }));
    await processingClass?.savePretrained?.(folder);
    await files.writeFile(`${folder}/training_args.json`, json(args));
  });
}

/**
 * Writes the model to a folder, or where that fails to one beside it or in the system's temporary
 * folder: a model that took hours to train must not be lost to a full disk.
 *
 * @throws SaveError naming the folder that it was written to instead
 */
export async function writeModelOrBeside(folder: string, saved: SavedModel): Promise<void> {
  await writeModel(folder, saved).catch(async (error: unknown) => {
    throw await writtenBeside(folder, saved, error);
  });
}

/** Writes a model beside a folder that cannot be written, and returns the error that says where. */
async function writtenBeside(folder: string, saved: SavedModel, error: unknown): Promise<unknown> {
  const temporary = temporaryFolder();
  if (temporary === null || !(error instanceof SaveError)) return error;
  const beside = `${folder.replace(/[/\\]+$/, '')}-saved-${Date.now()}`;
  for (const other of [beside, `${temporary}/${beside.split(/[/\\]/).at(-1)}`]) {
    const written = await writeModel(other, saved).then(
      () => true,
      () => false,
    );
    if (written)
      return new SaveError(`${endSentence(error.message)} The model was written to ${other} instead.`, {
        cause: error,
      });
    await files.removeFolder(other).catch(() => {});
  }
  return error;
}

export interface CheckpointInput extends SavedModel {
  /** Writes model and tokenizer into a folder. */
  readonly saveModel: (folder: string) => Promise<void>;
  readonly args: TrainingArguments;
  readonly state: TrainerState;
  readonly optimizer: Optimizer;
  readonly progress: RunProgress;
  /** Number of steps of the schedule used so far, and the rates of the next update. */
  readonly scheduler: { readonly lastEpoch: number; readonly learningRates: readonly number[] };
}

/**
 * Writes `checkpoint-<step>` into the output folder: model, tokenizer, optimizer, schedule, seeds,
 * arguments, state and checksums. The folder is written under another name and renamed when it is
 * complete; where it cannot be written, only the model is saved, in a folder beside it.
 *
 * @returns its path
 * @throws SaveError
 */
export async function writeCheckpoint(input: CheckpointInput): Promise<string> {
  const { saveModel, args, state, optimizer, progress, scheduler } = input;
  const target = checkpointPath(args.outputDir, state.globalStep);
  const folder = `${target}.unfinished`;
  const write = async () => {
    await files.removeFolder(folder);
    await saveModel(folder);
    if (!args.saveOnlyModel) {
      await files.writeFile(
        `${folder}/optimizer.safetensors`,
        writeSafetensors(await optimizer.stateDict(), { format: 'pt' }),
      );
      await files.writeFile(
        `${folder}/scheduler.json`,
        json({ last_epoch: scheduler.lastEpoch, last_lr: scheduler.learningRates }),
      );
      if (args.fp16) await files.writeFile(`${folder}/scaler.json`, json(await scalerJson(optimizer)));
      await files.writeFile(
        `${folder}/rng.json`,
        json({ seed: args.seed, data_seed: args.dataSeed, update: state.globalStep }),
      );
      // An overridden saveModel may not have written them.
      await files.writeFile(`${folder}/training_args.json`, json(args));
      await files.writeFile(`${folder}/training_progress.json`, progressJson(progress));
    }
    await files.writeFile(`${folder}/trainer_state.json`, json(state));
    const names = (await files.list(folder)).sort();
    const checksums = await Promise.all(
      names.map(async (name) => [name, await files.checksum(`${folder}/${name}`)] as const),
    );
    await files.writeFile(`${folder}/checksums.json`, json(Object.fromEntries(checksums)));
    await files.replaceFolder(folder, target);
  };
  await withSaveErrors(target, write).catch(async (error: unknown) => {
    await files.removeFolder(folder).catch(() => {});
    throw await writtenBeside(target, input, error);
  });
  return target;
}

/** Writes `trainer_state.json`. */
export async function writeState(folder: string, state: TrainerState): Promise<void> {
  await withSaveErrors(folder, () => files.writeFile(`${folder}/trainer_state.json`, json(state)));
}

/** The loss scale under the names of `torch.amp.GradScaler.state_dict()`. */
async function scalerJson(optimizer: Optimizer): Promise<Record<string, number>> {
  const { scale, growthTracker } = await optimizer.scalerState();
  return { scale, growth_factor: 2, backoff_factor: 0.5, growth_interval: 2000, _growth_tracker: growthTracker };
}
