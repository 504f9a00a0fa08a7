import { NdArray } from '@attune/data';
import type { Batch, BatchArray } from '@attune/data';
import { TrainerDatasetError } from '../errors.ts';
import type { EvaluationLoopOptions } from '../extensionPoints.ts';
import { mainInputOf } from '../model.ts';
import type { LogEntry } from '../state/trainerState.ts';
import type { TrainerParts } from '../trainerParts.ts';
import { EvalPrediction } from './evaluationOutput.ts';
import type { EvaluationOutput, MetricExtras } from './evaluationOutput.ts';
import { joinBatches, tokensByRow } from './joinBatches.ts';
import { mapNested } from './nested.ts';
import type { Collected, Nested } from './nested.ts';
import { readMetrics } from './readMetrics.ts';

/** Result of one batch. */
export interface BatchResult {
  readonly batch: Batch;
  readonly rows: number;
  /** Null where only the loss is wanted. */
  readonly predictions: Nested<BatchArray> | null;
  /** Null without labels, and where only the loss is wanted. */
  readonly labels: Nested<BatchArray> | null;
  /** Mean over the labelled examples. */
  readonly loss: number;
  /** Number of labelled examples. */
  readonly labelled: number;
}

/**
 * The results of the batches of one evaluation: kept until its end, or with `batchEvalMetrics`
 * passed to `computeMetrics` batch by batch, so that memory does not grow with the dataset.
 */
export class EvaluationResults {
  readonly #parts: TrainerParts;
  readonly #prefix: string;
  readonly #byBatch: boolean;
  readonly #keeps: boolean;
  readonly #predictions: Nested<BatchArray>[] = [];
  readonly #labels: Nested<BatchArray>[] = [];
  readonly #inputs: BatchArray[] = [];
  readonly #losses: number[] = [];
  #lossSum = 0;
  #labelled = 0;
  #rows = 0;
  #metrics: LogEntry = {};

  constructor(parts: TrainerParts, { metricKeyPrefix, description }: EvaluationLoopOptions) {
    this.#parts = parts;
    this.#prefix = metricKeyPrefix;
    this.#byBatch = parts.args.batchEvalMetrics && parts.computeMetrics !== undefined;
    this.#keeps = !parts.args.batchEvalMetrics || description === 'Prediction';
  }

  async add(result: BatchResult, isLast: boolean): Promise<void> {
    const { rows, loss, labelled } = result;
    this.#rows += rows;
    this.#lossSum += loss * labelled;
    this.#labelled += labelled;
    const predictions = withTokensByRow(result);
    if (this.#keeps) this.#keep(result, predictions);
    if (this.#byBatch && predictions && result.labels) await this.#compute(result, predictions, isLast);
  }

  async finish(): Promise<EvaluationOutput> {
    const predictions = joinBatches(this.#predictions);
    const labelIds = this.#labels.length > 0 ? joinBatches(this.#labels) : null;
    const loss = this.#labelled > 0 ? this.#lossSum / this.#labelled : null;
    const { computeMetrics } = this.#parts;
    if (computeMetrics && !this.#byBatch && labelIds && loss !== null && this.#predictions.length > 0) {
      const prediction = predictionOf(predictions, labelIds, this.#extras());
      this.#metrics = readMetrics(await computeMetrics(prediction, { computeResult: true }), this.#prefix);
    }
    const metrics = { ...(loss !== null && { [`${this.#prefix}_loss`]: loss }), ...this.#metrics };
    return { predictions, labelIds, metrics, numSamples: this.#rows };
  }

  #keep(result: BatchResult, predictions: Nested<BatchArray> | null): void {
    const { includeForMetrics } = this.#parts.args;
    if (predictions) this.#predictions.push(predictions);
    if (result.labels) this.#labels.push(result.labels);
    if (includeForMetrics.includes('inputs')) this.#inputs.push(this.#mainInput(result));
    if (includeForMetrics.includes('loss')) this.#losses.push(...Array<number>(result.rows).fill(result.loss));
  }

  async #compute(result: BatchResult, predictions: Nested<BatchArray>, computeResult: boolean): Promise<void> {
    const { computeMetrics, args } = this.#parts;
    const extras = {
      ...(args.includeForMetrics.includes('inputs') && { inputs: nd(this.#mainInput(result)) }),
      ...(args.includeForMetrics.includes('loss') && {
        losses: new NdArray(new Float32Array(result.rows).fill(result.loss), [result.rows]),
      }),
    };
    const prediction = predictionOf(mapNested(predictions, nd), mapNested(result.labels ?? [], nd), extras);
    const computed = await computeMetrics?.(prediction, { computeResult });
    if (computeResult) this.#metrics = readMetrics(computed, this.#prefix);
  }

  #extras(): MetricExtras {
    const { includeForMetrics } = this.#parts.args;
    return {
      ...(includeForMetrics.includes('inputs') && { inputs: joinBatches(this.#inputs) as NdArray }),
      ...(includeForMetrics.includes('loss') && {
        losses: new NdArray(Float32Array.from(this.#losses), [this.#losses.length]),
      }),
    };
  }

  #mainInput({ batch }: BatchResult): BatchArray {
    const name = mainInputOf(this.#parts.model);
    const input = batch[name];
    if (input) return input;
    throw new TrainerDatasetError(
      `includeForMetrics: ['inputs'] keeps what the model reads first, ${name}; the batch has ${Object.keys(batch).join(', ')}`,
    );
  }
}

const nd = ({ data, shape }: BatchArray): NdArray => new NdArray(data, shape);

/** Typed for the usual case of one output and one label; `Trainer` types the others. */
const predictionOf = (predictions: Collected, labelIds: Collected, extras: MetricExtras): EvalPrediction =>
  new EvalPrediction(predictions, labelIds, extras) as EvalPrediction;

function withTokensByRow({ predictions, labels }: BatchResult): Nested<BatchArray> | null {
  const first = (Array.isArray(labels) ? labels[0] : labels) as BatchArray | null;
  return predictions && mapNested(predictions, (array) => tokensByRow(array, first ?? undefined));
}
