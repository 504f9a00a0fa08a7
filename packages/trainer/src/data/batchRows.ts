import { DataLoader } from '@attune/data';
import type { Batch } from '@attune/data';
import type { Dataloader } from '../extensionPoints.ts';

const rowsOfBatches = new WeakMap<Batch, readonly number[]>();

/** Keeps which rows of the dataset a batch was made of, where its loader knows them. */
export function keepRows(batch: Batch, loader: Dataloader, made: Batch): void {
  const rows = loader instanceof DataLoader ? loader.rowsOf(made) : undefined;
  if (rows) rowsOfBatches.set(batch, rows);
}

/**
 * Works on a batch. An error about a row of it, as models and losses throw them, also says which
 * row of the dataset that is: rows are drawn in another order every epoch.
 *
 * @param dataset which one: `training`
 */
export function namingRow<Result>(batch: Batch, dataset: 'training' | 'evaluation', work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const { row } = Object(error) as { row?: unknown };
    const known = typeof row === 'number' ? rowsOfBatches.get(batch)?.[row] : undefined;
    if (error instanceof Error && known !== undefined)
      error.message += ` It is row ${known} of the ${dataset} dataset.`;
    throw error;
  }
}
