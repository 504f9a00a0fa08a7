import { NdArray } from '@attune/data';
import type { Batch, DataLoader } from '@attune/data';
import { noGrad } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import type { TrainableModel } from '../model.ts';
import { computeLoss } from '../training/computeLoss.ts';
import type { LossOptions } from '../training/computeLoss.ts';
import { countExamples, countLabelled } from '../training/labels.ts';

export interface EvaluationOptions extends LossOptions {
  readonly model: TrainableModel;
  readonly device: Device;
  readonly loader: DataLoader;
  /** Called after each batch. */
  readonly afterBatch: () => Promise<void>;
}

export interface EvaluationOutput {
  /** Logits, f32 [examples, labels]. */
  readonly predictions: NdArray;
  /** [examples] or [examples, labels]; null when the dataset has no labels. */
  readonly labelIds: NdArray | null;
  /** Mean over all labelled examples; null when there is none. */
  readonly loss: number | null;
  readonly numExamples: number;
  readonly numBatches: number;
}

interface BatchResult {
  readonly logits: Float32Array;
  readonly loss: number;
  readonly labelled: number;
}

/**
 * Forward passes over a dataset in its order, one batch computed while the one before is read back.
 */
export async function evaluationLoop(options: EvaluationOptions): Promise<EvaluationOutput> {
  const { model, device, loader, labelName, afterBatch } = options;
  const results: BatchResult[] = [];
  const labels: NonNullable<Batch[string]>[] = [];
  let numExamples = 0;
  let numLabels = 0;
  let previous: Promise<BatchResult> | null = null;
  const collect = async () => {
    if (previous) results.push(await previous);
  };
  const wasTraining = model.training;
  model.eval();
  try {
    for await (const batch of loader) {
      const labelled = countLabelled(batch, labelName);
      const reading = noGrad(() =>
        device.scope(() => {
          const { loss, logits } = computeLoss(model, batch, {}, options);
          numLabels = logits.shape[1] ?? 1;
          const read = Promise.all([logits.data(), loss && labelled > 0 ? loss.item() : 0]);
          return read.then(([data, value]): BatchResult => ({ logits: data as Float32Array, loss: value, labelled }));
        }),
      );
      reading.catch(() => {});
      await collect();
      previous = reading;
      const batchLabels = batch[labelName];
      if (batchLabels) labels.push(batchLabels);
      numExamples += countExamples(batch);
      await afterBatch();
    }
    await collect();
  } finally {
    model.train(wasTraining);
  }
  const labelled = results.reduce((sum, result) => sum + result.labelled, 0);
  const lossSum = results.reduce((sum, result) => sum + result.loss * result.labelled, 0);
  return {
    predictions: new NdArray(concatenate(results.map(({ logits }) => logits)), [numExamples, numLabels]),
    labelIds: labels.length > 0 ? joinLabels(labels, numExamples) : null,
    loss: labelled > 0 ? lossSum / labelled : null,
    numExamples,
    numBatches: results.length,
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function joinLabels(parts: readonly NonNullable<Batch[string]>[], numExamples: number): NdArray {
  const values = parts.flatMap(({ data }) => Array.from(data, Number));
  const isFloat = parts[0]?.data instanceof Float32Array;
  return new NdArray(isFloat ? Float32Array.from(values) : Int32Array.from(values), [
    numExamples,
    ...(parts[0]?.shape.slice(1) ?? []),
  ]);
}
