import type { Batch } from '@attune/data';
import { withHalves } from '@attune/tensor/internal';
import type { CallbackList } from '../callbacks/callbackList.ts';
import { isSeveral } from '../data/trainerDataset.ts';
import { BatchTooLargeError } from '../errors.ts';
import type { Dataloader, EvaluationLoopOptions, ExtensionPoints } from '../extensionPoints.ts';
import { prepareWithProgress } from '../progress/preparation.ts';
import { findingWhatFits, withinMemoryLate } from '../step/batchMemory.ts';
import { defaultLoss } from '../step/loss.ts';
import { withRows } from '../step/sampleBatches.ts';
import { smoothingOperations } from '../step/smoothingOperations.ts';
import type { TrainerParts } from '../trainerParts.ts';
import { evaluationLoop, inEvalMode } from './evaluationLoop.ts';
import type { EvaluationOutput } from './evaluationOutput.ts';
import { EvaluationResults } from './evaluationResults.ts';

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

  /** Runs an evaluation from the first batch to the metrics, after compiling kernels. */
  async run(loader: Dataloader, options: EvaluationLoopOptions): Promise<EvaluationOutput> {
    const { model, args } = this.#parts;
    const { device } = model;
    const results = new EvaluationResults(this.#parts, options);
    const run = () =>
      evaluationLoop({
        trainer: this.#trainer,
        parts: this.#parts,
        loader,
        options,
        beforeFirst: (batch) =>
          prepareWithProgress({ callbacks: this.#callbacks, phase: 'compiling', signal: options.signal }, (how) =>
            withinMemoryLate(
              'perDeviceEvalBatchSize',
              args,
              batch,
              device.prepare(() => this.#record(batch), how),
            ),
          ),
        onResult: (result, isLast) => results.add(result, isLast),
        afterBatch: () => this.#callbacks.call('onPredictionStep', { numBatches: loader.length }),
      });
    await (args.fp16FullEval ? withHalves(model, run) : run());
    return results.finish();
  }

  /**
   * Records an evaluation with a batch like one of training, so that its kernels are compiled
   * together with those of training. With `evalStrategy: 'no'` a batch that is too large is no
   * error, as no evaluation may follow.
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

  /** Uses the model's own loss: methods of a subclass are called only for work that runs. */
  #record(batch: Batch): void {
    const { model, args, labelNames } = this.#parts;
    const options = {
      labelNames,
      labelSmoothingFactor: args.labelSmoothingFactor,
      operations: smoothingOperations,
    };
    findingWhatFits('perDeviceEvalBatchSize', args, batch, (rows) =>
      inEvalMode(this.#parts, () => defaultLoss(model, rows, {}, options)),
    );
  }
}
