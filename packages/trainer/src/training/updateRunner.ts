import type { Batch } from '@attune/data';
import { autocast } from '@attune/tensor';
import type { AdamW, Device, UpdateRecord } from '@attune/tensor';
import { NonFiniteLossError, TrainerError } from '../errors.ts';
import type { ForwardContext, TrainableModel } from '../model.ts';
import { computeLoss } from './computeLoss.ts';
import type { LossOptions } from './computeLoss.ts';
import { countExamples, countLabelled } from './labels.ts';

export interface UpdateRunnerOptions extends LossOptions {
  readonly model: TrainableModel;
  readonly optimizer: AdamW;
  readonly device: Device;
  /**
   * Forward and backward in mixed precision: an update that overflows is skipped, and the loss
   * scale goes down. Default false.
   */
  readonly fp16?: boolean;
  /** Seed of dropout. Default: the model's own. */
  readonly seed?: number;
}

/** What the GPU reported of the updates that have completed. */
export interface CompletedUpdates {
  readonly count: number;
  readonly examples: number;
  readonly lossSum: number;
  readonly last: UpdateRecord | null;
}

/**
 * Runs optimizer updates, at most two of them in flight: while the GPU works on one, the next is
 * recorded. Nothing waits between `forward` and the optimizer's step; losses and norms come back a
 * step late.
 */
export class UpdateRunner {
  readonly #options: UpdateRunnerOptions;
  readonly #examplesOfUpdate: number[] = [];
  #inFlight: Promise<void> | null = null;
  #completed: CompletedUpdates = { count: 0, examples: 0, lossSum: 0, last: null };

  constructor(options: UpdateRunnerOptions) {
    this.#options = options;
  }

  get completed(): CompletedUpdates {
    return this.#completed;
  }

  /**
   * One update from its micro-batches. Every labelled example weighs the same, however they are cut
   * into batches.
   *
   * @param update number of the update in the run, from 0
   * @param afterBackward called after each micro-batch's backward pass
   */
  async run(batches: readonly Batch[], update: number, afterBackward: (index: number) => Promise<void>): Promise<void> {
    const { optimizer } = this.#options;
    const numItemsInBatch = this.#countItems(batches);
    let exampleOffset = 0;
    for (const [index, batch] of batches.entries()) {
      this.#recordMicroBatch(batch, { numItemsInBatch, exampleOffset, update });
      exampleOffset += countExamples(batch);
      await afterBackward(index);
    }
    optimizer.step();
    optimizer.zeroGrad();
    this.#examplesOfUpdate.push(exampleOffset);
    const previous = this.#inFlight;
    const current = optimizer.records().then((records) => this.#collect(records));
    // The failure is seen by whoever waits for this update; until then it is nobody's unhandled
    // rejection.
    current.catch(() => {});
    this.#inFlight = current;
    await previous;
  }

  /**
   * Compiles every kernel that an update needs, without running one.
   *
   * @param onProgress told how many of how many are ready
   */
  async prepare(batches: readonly Batch[], onProgress: (done: number, total: number) => void): Promise<void> {
    const { device, optimizer } = this.#options;
    await device.prepare(() => {
      for (const batch of batches)
        this.#recordMicroBatch(batch, { numItemsInBatch: this.#countItems(batches), exampleOffset: 0, update: 0 });
      optimizer.step();
      optimizer.zeroGrad();
    }, onProgress);
  }

  /** Waits until every update has completed. */
  async drain(): Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = null;
    await inFlight;
  }

  #countItems(batches: readonly Batch[]): number {
    return batches.reduce((sum, batch) => sum + countLabelled(batch, this.#options.labelName), 0);
  }

  #recordMicroBatch(batch: Batch, context: ForwardContext): void {
    const { model, optimizer, device, labelName, seed, fp16 = false } = this.#options;
    const inPrecision = fp16 ? autocast : <T>(body: () => T) => body();
    device.scope(() => {
      const { loss } = inPrecision(() => computeLoss(model, batch, { ...context, seed }, this.#options));
      if (!loss) {
        throw new TrainerError(
          `the model did not return a loss: its batch has the keys ${Object.keys(batch).join(', ')}. ` +
            `Training needs labels: a dataset column "label" or "${labelName}".`,
        );
      }
      optimizer.recordLoss(loss);
      loss.backward(optimizer.lossScale, { releaseResults: true });
    });
  }

  /** Whether the gradients only left f16's range, which a smaller loss scale cures. */
  #isOverflow({ loss, lossScale }: UpdateRecord): boolean {
    return this.#options.fp16 === true && Number.isFinite(loss) && lossScale >= 1;
  }

  #collect(records: readonly UpdateRecord[]): void {
    for (const record of records) {
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
        examples: examples + (this.#examplesOfUpdate.shift() ?? 0),
        lossSum: lossSum + record.loss,
        last: record,
      };
    }
  }
}
