import { StateDictError } from '@attune/tensor';
import type { Optimizer } from '@attune/tensor';
import { objectWith, requireArgument } from '@attune/validate';
import { CheckpointError, TrainerError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';
import type { Checkpoint } from './read.ts';

/** Loads a checkpoint's weights into the model. */
export function loadWeights({ path, weights }: Pick<Checkpoint, 'path' | 'weights'>, model: TrainableModel): void {
  fitting(path, 'model', () => void model.loadStateDict(weights));
}

/**
 * Loads moments and loss scale into the optimizer, which is disposed of where they do not fit.
 *
 * @throws CheckpointError, TrainerError
 */
export function loadOptimizer({ path, moments, scaler }: Checkpoint, optimizer: Optimizer): void {
  try {
    requireArgument('createOptimizer', 'what it returns for a run that is resumed', optimizer, resumable, TrainerError);
    fitting(path, 'optimizer', () => optimizer.loadStateDict(moments));
    if (scaler) optimizer.loadScalerState(scaler);
  } catch (error) {
    optimizer.dispose();
    throw error;
  }
}

const resumable = objectWith('an Optimizer', { loadStateDict: 'function', loadScalerState: 'function' });

function fitting(path: string, what: string, load: () => void): void {
  try {
    load();
  } catch (error) {
    if (!(error instanceof StateDictError)) throw error;
    throw new CheckpointError(`${path} belongs to another ${what}: ${error.message}`, { cause: error });
  }
}
