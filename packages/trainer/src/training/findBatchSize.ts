import { terminal } from '#platform';
import { BatchTooLargeError } from '../errors.ts';
import type { TrainableModel } from '../model.ts';

export interface BatchSizeInput {
  readonly model: TrainableModel;
  /** Rows of the first trial. */
  readonly batchSize: number;
}

/**
 * Runs a training, and as long as a batch does not fit on the GPU, restarts it with half the rows
 * from the initial weights: the run equals one with the smaller batch, bit for bit. After
 * accelerate's `find_executable_batch_size`.
 *
 * @param run called with each batch size
 * @throws BatchTooLargeError when not even one row fits, and for batches of an evaluation
 */
export async function findBatchSize<Result>(
  { model, batchSize }: BatchSizeInput,
  run: (batchSize: number) => Promise<Result>,
): Promise<Result> {
  const weights = await model.stateDict();
  for (let rows = batchSize; ;) {
    try {
      return await run(rows);
    } catch (error) {
      const fewer = Math.floor(rows / 2);
      if (!(error instanceof BatchTooLargeError) || error.argument !== 'perDeviceTrainBatchSize' || fewer < 1)
        throw error;
      terminal.writeLine(`autoFindBatchSize: a batch of ${rows} rows does not fit. The run starts over with ${fewer}.`);
      rows = fewer;
      model.loadStateDict(weights);
      model.device.trim();
    }
  }
}
