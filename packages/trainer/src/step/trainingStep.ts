import type { Batch } from '@attune/data';
import { autocast } from '@attune/tensor';
import type { Optimizer, Tensor, UpdateRecord } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { namingRow } from '../data/batchRows.ts';
import { NonFiniteLossError, TrainerError } from '../errors.ts';
import type { ExtensionPoints } from '../extensionPoints.ts';
import type { ForwardContext, TrainableModel } from '../model.ts';
import { isTensor, shownResult } from '../ownFunction.ts';
import { findingWhatFits, withinMemory, withinMemoryLate } from './batchMemory.ts';
import { countExamples, countLabels, hasNoLabel, namesThatCount } from './labels.ts';
import type { SmoothingOptions } from './labelSmoothing.ts';
import { defaultLoss, missingLossMessage } from './loss.ts';

export interface TrainingStepOptions extends SmoothingOptions {
  /** The Trainer whose `trainingStep` records each micro-batch. */
  readonly trainer: Pick<ExtensionPoints, 'trainingStep'>;
  readonly model: TrainableModel;
  readonly optimizer: Optimizer;
  /**
   * With `fp16`, forward and backward are in mixed precision: a step that overflows is skipped, and
   * the loss scale is lowered. `seed` is that of dropout.
   */
  readonly args: TrainingArguments;
  /** Steps before the first, when a run is resumed. Default none. */
  readonly completed?: CompletedSteps | undefined;
}

/** Results of the steps that have completed on the GPU. */
export interface CompletedSteps {
  readonly count: number;
  /** Number of examples in this call of `train()`. */
  readonly examples: number;
  readonly lossSum: number;
  readonly last: UpdateRecord | null;
}

/**
 * Runs optimizer steps, at most two of them in flight: while the GPU works on one, the next is
 * recorded. Nothing waits between `forward` and the optimizer's step; losses and norms are read one
 * step late.
 */
export class TrainingStep {
  readonly #options: TrainingStepOptions;
  readonly #examplesOfStep: number[] = [];
  #inFlight: Promise<void> | null = null;
  /** Number of updates before the first of this optimizer. */
  readonly #updatesBefore: number;
  #completed: CompletedSteps;

  constructor(options: TrainingStepOptions) {
    this.#options = options;
    this.#completed = options.completed ?? { count: 0, examples: 0, lossSum: 0, last: null };
    this.#updatesBefore = this.#completed.count;
  }

  get completed(): CompletedSteps {
    return this.#completed;
  }

  /**
   * Runs one step from its micro-batches. Every labelled example has the same weight, however
   * examples are batched; so has every row if there are no labels at all. A micro-batch without any
   * label adds nothing; a step of only such batches has loss 0 and no gradient, and still counts as
   * an update of AdamW.
   *
   * @param step index of the step in the run, from 0
   * @param afterBackward called after each micro-batch's backward pass
   */
  async run(batches: readonly Batch[], step: number, afterBackward: (index: number) => Promise<void>): Promise<void> {
    const { args, optimizer } = this.#options;
    const numItemsInBatch = this.#countItems(batches);
    let exampleOffset = 0;
    for (const [index, batch] of batches.entries()) {
      const context = { numItemsInBatch, exampleOffset, update: step };
      namingRow(batch, 'training', () =>
        withinMemory('perDeviceTrainBatchSize', args, batch, () => this.#recordMicroBatch(batch, context)),
      );
      exampleOffset += countExamples(batch);
      await afterBackward(index);
    }
    void optimizer.step();
    optimizer.zeroGrad();
    this.#examplesOfStep.push(exampleOffset);
    const previous = this.#inFlight;
    const [largest] = batches.toSorted((a, b) => countExamples(b) - countExamples(a));
    const waiting = optimizer.records().then((records) => this.#collect(records));
    const current = withinMemoryLate('perDeviceTrainBatchSize', args, largest ?? {}, waiting);
    // A failure is reported to whoever awaits this step; until then it must not be an unhandled
    // rejection.
    current.catch(() => {});
    this.#inFlight = current;
    await previous;
  }

  /**
   * Records a step without running it, so that its kernels can be compiled. It uses the model's own
   * loss: methods of a subclass are called only for steps that run.
   *
   * @throws BatchTooLargeError
   */
  recordForPreparation(batches: readonly Batch[]): void {
    const { args, model, optimizer } = this.#options;
    model.train();
    // The divisor of the loss does not change the kernels.
    const context = { numItemsInBatch: 1, exampleOffset: 0, update: 0, seed: args.seed };
    const record = (batch: Batch) =>
      optimizer.device.scope(() => {
        const { loss } = this.#inPrecision(() => defaultLoss(model, batch, context, this.#options));
        if (loss) this.#backward(loss);
      });
    for (const batch of batches) findingWhatFits('perDeviceTrainBatchSize', args, batch, record);
    void optimizer.step();
    optimizer.zeroGrad();
  }

  /** Waits until every step has completed. */
  async drain(): Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = null;
    await inFlight;
  }

  #countItems(batches: readonly Batch[]): number {
    const { model, labelNames } = this.#options;
    const countedNames = namesThatCount(batches, labelNames);
    if (!countedNames) return batches.reduce((sum, batch) => sum + countExamples(batch), 0);
    const counts = batches.map((batch) => namingRow(batch, 'training', () => countLabels(model, batch, countedNames)));
    // At least 1, as it is a divisor.
    return Math.max(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    );
  }

  #recordMicroBatch(batch: Batch, context: ForwardContext & { numItemsInBatch: number }): void {
    const { trainer, args, model, optimizer, labelNames } = this.#options;
    // An evaluation between two steps may have changed the mode.
    model.train();
    optimizer.device.scope(() => {
      let learned = false;
      const loss: unknown = trainer.trainingStep(model, batch, {
        numItemsInBatch: context.numItemsInBatch,
        context: { ...context, seed: args.seed },
        backward: (value) => {
          learned = true;
          this.#backward(value);
        },
      });
      if (loss === null && hasNoLabel(model, batch, labelNames)) return;
      if (loss === null) throw new TrainerError(missingLossMessage(model, batch, labelNames));
      if (!isTensor(loss)) {
        throw new TrainerError(
          `trainingStep must return the loss, a Tensor of shape [], or null; got ${shownResult(loss)}`,
        );
      }
      if (!learned) {
        throw new TrainerError(
          'trainingStep returned a loss, but did not call the backward(loss) that it is given: nothing would be learned',
        );
      }
    });
  }

  #backward(loss: Tensor): void {
    const { optimizer } = this.#options;
    optimizer.recordLoss(loss);
    loss.backward(optimizer.lossScale, { releaseResults: true });
  }

  #inPrecision<Result>(body: () => Result): Result {
    return this.#options.args.fp16 ? autocast(body) : body();
  }

  /** Whether gradients only overflowed f16, which a smaller loss scale fixes. */
  #isOverflow({ loss, lossScale }: UpdateRecord): boolean {
    return this.#options.args.fp16 && Number.isFinite(loss) && lossScale >= 1;
  }

  #collect(records: readonly UpdateRecord[]): void {
    for (const counted of records) {
      const record = { ...counted, update: this.#updatesBefore + counted.update };
      if (!record.finite && !this.#isOverflow(record)) {
        throw new NonFiniteLossError(
          `the loss or its gradient is not finite at step ${record.update}: loss ${record.loss}, gradient norm ${record.gradNorm}. ` +
            'That update was skipped: the weights are those of the step before. ' +
            'Look for bad values in the data, or lower learningRate.',
          record.update,
        );
      }
      const { count, examples, lossSum } = this.#completed;
      this.#completed = {
        count: count + 1,
        examples: examples + (this.#examplesOfStep.shift() ?? 0),
        lossSum: lossSum + record.loss,
        last: record,
      };
    }
  }
}
