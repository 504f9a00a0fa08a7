import { files, terminal } from '#platform';
import { readSafetensors } from '@attune/tensor';
import type { ScalerState } from '@attune/tensor';
import type { SavedArguments } from '../arguments/trainingArguments.ts';
import { CheckpointError } from '../errors.ts';
import { TrainerState } from '../state/trainerState.ts';
import { stepOf } from './checkpointName.ts';
import { parseProgress } from './progress.ts';
import type { RunProgress } from './progress.ts';

type Entries = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** A checkpoint whose files are all intact. */
export interface Checkpoint {
  readonly path: string;
  readonly state: TrainerState;
  readonly args: SavedArguments;
  readonly progress: RunProgress;
  readonly weights: Entries;
  /** State of the optimizer. */
  readonly moments: Entries;
  /** Null when the run had no dynamic loss scale. */
  readonly scaler: ScalerState | null;
}

const text = async (path: string) => new TextDecoder().decode(await files.readFile(path));

/**
 * Reads a checkpoint after verifying all of its files.
 *
 * @throws CheckpointError saying what is wrong with it
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const names = await verify(path);
  const lacking = [
    'trainer_state.json',
    'training_args.json',
    'optimizer.safetensors',
    'training_progress.json',
  ].filter((name) => !names.includes(name));
  if (lacking.length > 0) {
    throw new CheckpointError(
      `${path} has no ${lacking.join(', ')}: a run cannot be resumed from it. saveOnlyModel writes such checkpoints; their weights ` +
        'can be loaded with fromPretrained',
    );
  }
  const json = async (name: string): Promise<unknown> => JSON.parse(await text(`${path}/${name}`));
  const progress = parseProgress(await text(`${path}/training_progress.json`));
  const state = TrainerState.fromJSON((await json('trainer_state.json')) as Record<string, unknown>);
  state.bestMetric = progress.bestMetric;
  state.bestModelCheckpoint = await presentPath(path, state.bestModelCheckpoint);
  for (const [index, entry] of Object.entries(progress.exactLogs)) state.logHistory[Number(index)] = entry;
  return {
    path,
    state,
    args: (await json('training_args.json')) as SavedArguments,
    progress,
    weights: await readWeights(path, names),
    moments: await readTensors(`${path}/optimizer.safetensors`),
    scaler: names.includes('scaler.json') ? scalerOf((await json('scaler.json')) as Record<string, number>) : null,
  };
}

/**
 * The present path of the best checkpoint: the output folder may have been moved. Null, with a
 * warning, where it was removed.
 */
async function presentPath(path: string, best: string | null): Promise<string | null> {
  if (best === null || (await files.list(best)).length > 0) return best;
  const moved = path.replace(/[^/\\]+[/\\]*$/, '') + (best.split(/[/\\]/).at(-1) ?? '');
  if ((await files.list(moved)).length > 0) return moved;
  terminal.writeLine(`${path}: the best checkpoint was ${best}, which no longer exists and is ignored.`);
  return null;
}

/** The weights of a checkpoint, which may be split over several files. @throws CheckpointError */
export async function readWeights(path: string, given?: readonly string[]): Promise<Entries> {
  const names = given ?? (await verify(path));
  const parts = names.filter((name) => /^model(-\d+-of-\d+)?\.safetensors$/.test(name));
  if (parts.length === 0) throw new CheckpointError(`${path} has no model.safetensors`);
  const tensors = await Promise.all(parts.map((name) => readTensors(`${path}/${name}`)));
  return new Map(tensors.flatMap((part) => [...part]));
}

/**
 * Compares every file with its checksum.
 *
 * @returns the names
 */
async function verify(path: string): Promise<readonly string[]> {
  const names = await files.list(path);
  if (names.length === 0)
    throw new CheckpointError(`${path} is not a checkpoint: there is no such folder, or it is empty`);
  if (!names.includes('checksums.json')) {
    const inside = names.filter((name) => !Number.isNaN(stepOf(name)));
    if (inside.length > 0)
      throw new CheckpointError(
        `${path} is not a checkpoint, but contains some: name one of ${inside.join(', ')}, or pass true for the newest of the output folder`,
      );
    if (names.includes('training_args.bin'))
      throw new CheckpointError(
        `${path} was written by Python's Trainer, whose optimizer and arguments are pickles: a run cannot be resumed from it here. ` +
          'fromPretrained loads its weights, and a new run can begin with them',
      );
    throw new CheckpointError(
      `${path} has no checksums.json: it was not written by this Trainer, or not completely. Weights alone can be loaded ` +
        'with fromPretrained.',
    );
  }
  const checksums = await text(`${path}/checksums.json`)
    .then(
      (json) => JSON.parse(json) as Record<string, string>,
      () => null,
    )
    .catch(() => null);
  if (!checksums) throw new CheckpointError(`${path} is damaged: checksums.json cannot be read`);
  for (const [name, checksum] of Object.entries(checksums)) {
    if (!names.includes(name)) throw new CheckpointError(`${path} is damaged: ${name} is missing`);
    if ((await files.checksum(`${path}/${name}`)) !== checksum)
      throw new CheckpointError(`${path} is damaged: ${name} has changed since it was written`);
  }
  return Object.keys(checksums);
}

async function readTensors(path: string): Promise<Entries> {
  const { tensors } = readSafetensors(await files.readFile(path), path);
  return new Map(
    [...tensors].map(([name, { dtype, shape, data }]) => {
      if (dtype !== 'F32') throw new CheckpointError(`${path}: ${name} must be of the type F32; it is ${dtype}`);
      return [name, { shape, data: new Float32Array(data.slice().buffer) }];
    }),
  );
}

const scalerOf = ({ scale = 1, _growth_tracker: growthTracker = 0 }: Record<string, number>): ScalerState => ({
  scale,
  growthTracker,
});
