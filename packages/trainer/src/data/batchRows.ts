import { DataLoader } from '@attune/data';
import type { Batch } from '@attune/data';
import { endSentence } from '@attune/validate';
import type { Dataloader } from '../extensionPoints.ts';

const rowsOfBatches = new WeakMap<Batch, readonly number[]>();

/** Remembers which rows of the dataset a batch was made of, if its loader knows. */
export function keepRows(batch: Batch, loader: Dataloader, made: Batch): void {
  const rows = loader instanceof DataLoader ? loader.rowsOf(made) : undefined;
  if (rows) rowsOfBatches.set(batch, rows);
}

/**
 * Runs work on a batch. Adds to an error of a model or loss about a row of the batch which row of
 * the dataset that is, as rows come in another order every epoch.
 *
 * @param dataset which dataset, for the message
 */
export function namingRow<Result>(batch: Batch, dataset: 'training' | 'evaluation', work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { row } = Object(error) as { row?: unknown };
    const known = typeof row === 'number' ? rowsOfBatches.get(batch)?.[row] : undefined;
    if (error instanceof Error && known !== undefined)
      error.message = `${endSentence(error.message)} It is row ${known} of the ${dataset} dataset.`;
    throw error;
  }
}
