import type { Batch, BatchArray, NdArray } from '@attune/data';
import { noGrad, Tensor } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import { checkedBatch } from '../dataloaders.ts';
import { TrainerError } from '../errors.ts';
import { shownResult } from '../shownResult.ts';
import type { Dataloader, ExtensionPoints, PredictionStepOutput } from '../extensionPoints.ts';
import type { TrainableModel } from '../model.ts';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { withinMemory } from '../training/batchMemory.ts';
import { countExamples, countLabels } from '../training/countLabels.ts';
import { joinBatches } from './joinBatches.ts';

export interface EvaluationLoopInput {
  /** Whose `predictionStep` records each batch. */
  readonly trainer: Pick<ExtensionPoints, 'predictionStep'>;
  readonly model: TrainableModel;
  readonly device: Device;
  readonly loader: Dataloader;
  readonly labelName: string;
  readonly args: TrainingArguments;
  /** Called before the first batch is recorded. */
  readonly beforeFirst: (batch: Batch) => Promise<void>;
  /** Ends the loop before its next batch. */
  readonly signal: AbortSignal | undefined;
  /** Called after each batch. */
  readonly afterBatch: () => Promise<void>;
}

/** What the batches of an evaluation gave together. */
export interface LoopResult {
  readonly predictions: NdArray;
  /** Null when the dataset has no labels. */
  readonly labelIds: NdArray | null;
  /** Mean over all labelled examples; null when there is none. */
  readonly loss: number | null;
  readonly numSamples: number;
}

interface BatchResult {
  readonly logits: BatchArray | null;
  readonly loss: number;
  readonly labelled: number;
}

/**
 * Forward passes over a dataset in its order, one batch computed while the one before is read back.
 */
export async function evaluationLoop(input: EvaluationLoopInput): Promise<LoopResult> {
  const { trainer, model, device, loader, labelName, args, beforeFirst, afterBatch, signal } = input;
  const results: BatchResult[] = [];
  const labels: BatchArray[] = [];
  let numSamples = 0;
  let previous: Promise<BatchResult> | null = null;
  const collect = async () => {
    if (previous) results.push(await previous);
  };
  for await (const given of loader) {
    const batch = checkedBatch(given);
    signal?.throwIfAborted();
    if (numSamples === 0) await beforeFirst(batch);
    const labelled = countLabels(model, batch, labelName);
    const [reading, batchLabels] = inEvalMode(model, device, () => {
      const [loss, logits, stepLabels] = checked(
        withinMemory('perDeviceEvalBatchSize', args, batch, () => trainer.predictionStep(model, batch)),
      );
      const values = Promise.all([logits?.data() ?? null, loss && labelled > 0 ? loss.item() : 0]);
      const read = values.then(([data, value]): BatchResult => {
        const array = data && { data: data as Float32Array, shape: logits?.shape ?? [] };
        return { logits: array, loss: value, labelled: loss ? labelled : 0 };
      });
      return [read, stepLabels] as const;
    });
    reading.catch(() => {});
    await collect();
    previous = reading;
    if (batchLabels) labels.push(batchLabels);
    numSamples += countExamples(batch);
    await afterBatch();
  }
  await collect();
  const labelled = results.reduce((sum, result) => sum + result.labelled, 0);
  const lossSum = results.reduce((sum, result) => sum + result.loss * result.labelled, 0);
  const logits = results.flatMap((result) => result.logits ?? []);
  return {
    ...joinBatches(logits, labels),
    loss: labelled > 0 ? lossSum / labelled : null,
    numSamples,
  };
}

/**
 * Records one forward pass. The mode is set and set back without waiting in between, so that a
 * training run of the same model never sees it.
 */
export function inEvalMode<Result>(model: TrainableModel, device: Device, record: () => Result): Result {
  const wasTraining = model.training;
  model.eval();
  try {
    return noGrad(() => device.scope(record));
  } finally {
    model.train(wasTraining);
  }
}

function checked(output: PredictionStepOutput): PredictionStepOutput {
  const [loss, logits, labels] = Array.isArray(output) ? output : [];
  const isTensor = (value: unknown) => value === null || value instanceof Tensor;
  if (!isTensor(loss) || !isTensor(logits) || !(labels === null || ArrayBuffer.isView(labels?.data))) {
    throw new TrainerError(
      'predictionStep must return [loss, logits, labels]: two Tensors and an array of the batch, null for what there is ' +
        `not; got ${shownResult(output)}`,
    );
  }
  return output;
}
