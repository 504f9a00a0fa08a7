import { TrainerError } from '../errors.ts';

/** Models of runs under way. */
const inTraining = new WeakSet<object>();

/**
 * Runs a training of a model, unless there is one already: two would mix their updates.
 *
 * @throws TrainerError
 */
export async function trainAlone<Result>(model: object, train: () => Promise<Result>): Promise<Result> {
  if (inTraining.has(model)) {
    throw new TrainerError(
      'this model is already being trained: another train() of it is running, on this Trainer or on another. Await that ' +
        'one first; to train twice at once, load a second model.',
    );
  }
  inTraining.add(model);
  try {
    return await train();
  } finally {
    inTraining.delete(model);
  }
}
