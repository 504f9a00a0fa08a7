import type { Batch } from '@attune/data';
import { OutOfMemoryError } from '@attune/tensor';
import { endSentence } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { BatchTooLargeError } from '../errors.ts';
import type { BatchSizeName } from '../errors.ts';
import { countExamples } from './labels.ts';

/**
 * Records work on a batch. If an array does not fit on the GPU, the error names the arguments that
 * determine its size.
 *
 * @throws BatchTooLargeError
 */
export function withinMemory<Result>(
  name: BatchSizeName,
  args: TrainingArguments,
  batch: Batch,
  record: (batch: Batch) => Result,
): Result {
  try {
    return record(batch);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    throw tooLarge(name, args, batch, error);
  }
}

/** The same for errors that the GPU reports late, while waiting for work on a batch. */
export async function withinMemoryLate<Result>(
  name: BatchSizeName,
  args: TrainingArguments,
  batch: Batch,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    throw tooLarge(name, args, batch, error);
  }
}

function tooLarge(
  name: BatchSizeName,
  args: TrainingArguments,
  batch: Batch,
  error: OutOfMemoryError,
): BatchTooLargeError {
  return new BatchTooLargeError(tooLargeMessage(name, args, batch, error), { cause: error, argument: name });
}

/**
 * The same before anything runs, when it is possible to find out how many rows fit: if a batch does
 * not, fewer and fewer rows are tried.
 *
 * @param record must record without running
 * @throws BatchTooLargeError
 */
export function findingWhatFits(
  name: BatchSizeName,
  args: TrainingArguments,
  batch: Batch,
  record: (batch: Batch) => void,
): void {
  try {
    record(batch);
  } catch (error) {
    // Any other error will show when the work runs. With a subclass's own loss, the model's need
    // not work at all.
    if (!(error instanceof OutOfMemoryError)) return;
    let rows = fewerRows(countExamples(batch), error);
    while (rows > 0) {
      try {
        record(firstRows(batch, rows));
        break;
      } catch (again) {
        if (!(again instanceof OutOfMemoryError)) break;
        rows = fewerRows(rows, again);
      }
    }
    const message = tooLargeMessage(name, args, batch, error, rows);
    throw new BatchTooLargeError(message, { cause: error, argument: name });
  }
}

/** An estimate from the requested and the available bytes, if the error knows them. */
function fewerRows(rows: number, error: OutOfMemoryError): number {
  const { requestedBytes, limitBytes = Infinity } = error;
  // A budget that is used up may be larger than the requested array.
  const share = limitBytes < requestedBytes ? limitBytes / requestedBytes : 1 / 2;
  return Math.min(Math.floor(rows * share), rows - 1);
}

function firstRows(batch: Batch, rows: number): Batch {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { data, shape }]) => {
      const length = (data.length / (shape[0] || 1)) * rows;
      return [name, { data: data.subarray(0, length), shape: [rows, ...shape.slice(1)] }];
    }),
  );
}

function tooLargeMessage(
  name: BatchSizeName,
  args: TrainingArguments,
  batch: Batch,
  error: OutOfMemoryError,
  fit = fewerRows(countExamples(batch), error),
): string {
  const rows = countExamples(batch);
  const columns = batch['input_ids']?.shape[1];
  const what = columns === undefined ? `${rows} rows` : `${rows} rows of ${columns} tokens`;
  const shorter =
    columns === undefined ? '' : ' Shorter rows need less too: tokenize with { truncation: true, maxLength: … }.';
  if (fit < 1)
    return `a batch of ${what} does not fit on this GPU, and neither does one of its rows: ${endSentence(error.message)}${shorter}`;
  const accumulation = args.gradientAccumulationSteps * Math.ceil(rows / fit);
  const same =
    name === 'perDeviceTrainBatchSize'
      ? `; with gradientAccumulationSteps: ${accumulation} a step still has as many examples`
      : '';
  return (
    `a batch of ${what} does not fit on this GPU: ${endSentence(error.message)} Lower ${name} from ${args[name]} to ${fit} or less` +
    `${same}.${shorter}`
  );
}
