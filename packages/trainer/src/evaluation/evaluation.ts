import type { Batch } from '@attune/data';
import type { CallbackList } from '../callbacks/callbackList.ts';
import { isSeveral } from '../datasets.ts';
import { BatchTooLargeError } from '../errors.ts';
import type { Dataloader, EvaluationLoopOptions, ExtensionPoints } from '../extensionPoints.ts';
import { prepareTelling } from '../progress/preparation.ts';
import type { TrainerParts } from '../trainerOptions.ts';
import { findingWhatFits } from '../training/batchMemory.ts';
import { defaultLoss } from '../training/loss.ts';
import { withRows } from '../training/sampleBatches.ts';
import { evaluationLoop, inEvalMode } from './evaluationLoop.ts';
import { EvalPrediction } from './evaluationOutput.ts';
import type { EvaluationOutput } from './evaluationOutput.ts';
import { readMetrics } from './readMetrics.ts';

/** Evaluates a model over the batches of one Trainer's datasets. */
export class Evaluation {
  readonly #trainer: Pick<ExtensionPoints, 'predictionStep'>;
  readonly #parts: TrainerParts;
  readonly #callbacks: CallbackList;

  constructor(trainer: Pick<ExtensionPoints, 'predictionStep'>, parts: TrainerParts, callbacks: CallbackList) {
    this.#trainer = trainer;
    this.#parts = parts;
    this.#callbacks = callbacks;
  }

  /** From the first batch to the metrics, kernels compiled before. */
  async run(loader: Dataloader, { metricKeyPrefix: prefix, signal }: EvaluationLoopOptions): Promise<EvaluationOutput> {
    const { model, args, labelName, computeMetrics } = this.#parts;
    const { device } = model;
    const { predictions, labelIds, loss, numSamples } = await evaluationLoop({
      trainer: this.#trainer,
      model,
      device,
      loader,
      labelName,
      args,
      beforeFirst: (batch) =>
        prepareTelling({ callbacks: this.#callbacks, phase: 'compiling', signal }, (options) =>
          device.prepare(() => this.#record(batch), options),
        ),
      signal,
      afterBatch: () => this.#callbacks.call('onPredictionStep', { numBatches: loader.length }),
    });
    const computed =
      computeMetrics && labelIds && loss !== null
        ? readMetrics(await computeMetrics(new EvalPrediction(predictions, labelIds)), prefix)
        : {};
    const metrics = { ...(loss !== null && { [`${prefix}_loss`]: loss }), ...computed };
    return { predictions, labelIds, metrics, numSamples };
  }

  /**
   * Records an evaluation of a batch like one of training, so that its kernels are compiled with
   * those of training. Where no evaluation is sure to come, one that is too large is none of the
   * run's.
   */
  recordAhead(trainBatch: Batch): void {
    const { args, evalDataset } = this.#parts;
    if (!evalDataset) return;
    const sets = isSeveral(evalDataset) ? Object.values(evalDataset) : [evalDataset];
    const mostRows = Math.max(...sets.map(({ length }) => length));
    try {
      this.#record(withRows(trainBatch, Math.min(args.perDeviceEvalBatchSize, mostRows)));
    } catch (error) {
      if (args.evalStrategy !== 'no' || !(error instanceof BatchTooLargeError)) throw error;
    }
  }

  /** The model's own loss is recorded: methods of a subclass are called for what runs only. */
  #record(batch: Batch): void {
    const { model, args, labelName } = this.#parts;
    const { labelSmoothingFactor } = args;
    findingWhatFits('perDeviceEvalBatchSize', args, batch, (rows) =>
      inEvalMode(model, model.device, () => defaultLoss(model, rows, {}, { labelName, labelSmoothingFactor })),
    );
  }
}
