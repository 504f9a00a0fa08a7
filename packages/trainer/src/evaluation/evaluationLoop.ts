import type { Batch, BatchArray } from '@attune/data';
import { autocast, noGrad } from '@attune/tensor';
import type { Tensor } from '@attune/tensor';
import { readBatch } from '../data/batches.ts';
import { namingRow } from '../data/batchRows.ts';
import { TrainerError } from '../errors.ts';
import type { Dataloader, EvaluationLoopOptions, ExtensionPoints, PredictionStepOutput } from '../extensionPoints.ts';
import { isTensor, shownResult } from '../ownFunction.ts';
import { withinMemory, withinMemoryLate } from '../step/batchMemory.ts';
import { countExamples, countLabels } from '../step/labels.ts';
import type { TrainerParts } from '../trainerParts.ts';
import type { BatchResult } from './evaluationResults.ts';
import { awaitNested, everyNested, mapNested } from './nested.ts';
import type { Nested } from './nested.ts';

export interface EvaluationLoopInput {
  /** The Trainer whose `predictionStep` records each batch. */
  readonly trainer: Pick<ExtensionPoints, 'predictionStep'>;
  readonly parts: TrainerParts;
  readonly loader: Dataloader;
  readonly options: EvaluationLoopOptions;
  /** Called before the first batch is recorded. */
  readonly beforeFirst: (batch: Batch) => Promise<void>;
  /** Called with the result of each batch, in order. */
  readonly onResult: (result: BatchResult, isLast: boolean) => Promise<void>;
  /** Called after each batch is recorded. */
  readonly afterBatch: () => Promise<void>;
}

/**
 * Runs forward passes over a dataset in order. While a batch is computed, the results of earlier
 * ones are read back: of one, or of `evalAccumulationSteps`.
 */
export async function evaluationLoop(input: EvaluationLoopInput): Promise<void> {
  const { parts, loader, options, beforeFirst, onResult, afterBatch } = input;
  const inFlight: Promise<BatchResult>[] = [];
  let isFirst = true;
  for await (const given of loader) {
    const batch = readBatch(given, loader);
    options.signal?.throwIfAborted();
    if (isFirst) await beforeFirst(batch);
    isFirst = false;
    const reading = namingRow(batch, 'evaluation', () => startBatch(input, batch));
    // A failure is reported to whoever awaits this batch.
    reading.catch(() => {});
    inFlight.push(reading);
    // The last one is held back: only the end of the data shows that it was the last.
    if (inFlight.length > (parts.args.evalAccumulationSteps ?? 1))
      for (const earlier of inFlight.splice(0, inFlight.length - 1)) await onResult(await earlier, false);
    await afterBatch();
  }
  for (const [index, last] of inFlight.entries()) await onResult(await last, index === inFlight.length - 1);
}

/** Records a batch, and starts to read its results back. */
function startBatch({ trainer, parts, options }: EvaluationLoopInput, batch: Batch): Promise<BatchResult> {
  const { model, args, labelNames, preprocessLogitsForMetrics } = parts;
  const { predictionLossOnly = args.predictionLossOnly, ignoreKeys } = options;
  const labelled = countLabels(model, batch, labelNames);
  const rows = countExamples(batch);
  const { result } = inEvalMode(parts, () => {
    const [loss, logits, labels] = withinMemory('perDeviceEvalBatchSize', args, batch, () => {
      const step = checked(
        trainer.predictionStep(model, batch, { predictionLossOnly, ...(ignoreKeys && { ignoreKeys }) }),
      );
      const [, outputs, given] = step;
      if (!outputs || predictionLossOnly || !preprocessLogitsForMetrics) return step;
      return [step[0], readKept(preprocessLogitsForMetrics(outputs as Tensor, given as BatchArray | null)), given];
    });
    const keeps = !predictionLossOnly;
    const predictions = keeps && logits ? awaitNested(mapNested(logits, readBack)) : null;
    const value = loss && labelled > 0 ? loss.item() : 0;
    const read = Promise.all([predictions, value]).then(([kept, mean]): BatchResult => ({
      batch,
      rows,
      predictions: kept,
      labels: keeps ? labels : null,
      loss: mean,
      labelled: loss ? labelled : 0,
    }));
    // In an object: a scope whose body returns a promise keeps its memory until that settles.
    return { result: withinMemoryLate('perDeviceEvalBatchSize', args, batch, read) };
  });
  return result;
}

const readBack = async (tensor: Tensor): Promise<BatchArray> => ({
  data: (await tensor.data()) as BatchArray['data'],
  shape: tensor.shape,
});

/**
 * Records one forward pass, in half precision with `fp16FullEval`. The mode is set and restored
 * without waiting in between, so that a training run of the same model never sees it.
 */
export function inEvalMode<Result>(
  { model, args }: Pick<TrainerParts, 'model' | 'args'>,
  record: () => Result,
): Result {
  const wasTraining = model.training;
  model.eval();
  try {
    return noGrad(() => model.device.scope(() => (args.fp16FullEval ? autocast(record) : record())));
  } finally {
    model.train(wasTraining);
  }
}

function checked(output: PredictionStepOutput): PredictionStepOutput {
  const [loss, logits, labels] = Array.isArray(output) ? (output as PredictionStepOutput) : [];
  const isArray = (value: unknown) => ArrayBuffer.isView((value as BatchArray | null)?.data);
  const hasLoss = loss === null || isTensor(loss);
  const hasLogits = logits === null || everyNested(logits, isTensor);
  if (!hasLoss || !hasLogits || !(labels === null || everyNested(labels, isArray))) {
    throw new TrainerError(
      'predictionStep must return [loss, logits, labels]: two Tensors and an array of the batch (or arrays of such), null for ' +
        `what is missing; got ${shownResult(output)}`,
    );
  }
  return output;
}

function readKept(kept: unknown): Nested<Tensor> {
  if (everyNested(kept, isTensor)) return kept as Nested<Tensor>;
  throw new TrainerError(
    `preprocessLogitsForMetrics must return a Tensor, or an array of them; got ${shownResult(kept)}`,
  );
}
