import { LrScheduler, ReduceLROnPlateau } from '@attune/tensor';
import type { Optimizer, PlateauState, Schedule, UpdateRecord } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { OptimizerScheduler, SchedulerMaker } from '../extensionPoints.ts';
import { decidingMetric } from '../metrics/bestModel.ts';
import type { LogEntry } from '../state/trainerState.ts';

export interface LearningRatesInput {
  readonly args: TrainingArguments;
  readonly optimizer: Optimizer;
  /** The result of `createScheduler`. */
  readonly made: Schedule | SchedulerMaker;
}

/** Number of updates applied after this one; skipped ones do not advance the schedule. */
const appliedAfter = (last: UpdateRecord | null) => (last ? last.step + Number(last.finite) : 0);

/**
 * The learning rates of a run. Rates that the optimizer was given beforehand need nothing more;
 * others are set before each step, or by a metric after each evaluation.
 */
export class LearningRates {
  readonly #input: LearningRatesInput;
  /** Null where the optimizer has all rates. */
  readonly #scheduler: OptimizerScheduler | null;

  constructor(input: LearningRatesInput) {
    const { made, optimizer, args } = input;
    this.#input = input;
    if (typeof made !== 'function') this.#scheduler = made.forOptimizer(optimizer);
    else if (optimizer.paramGroups.some((group) => group.lrIsGiven)) this.#scheduler = null;
    else {
      // As in transformers, a schedule scales the initial rate of each group.
      const base = args.learningRate || 1;
      const schedules = optimizer.paramGroups.map(
        ({ lr }): Schedule =>
          (step) =>
            lr * (made(step) / base),
      );
      this.#scheduler = new LrScheduler(optimizer, schedules);
    }
  }

  /** The scheduler that callbacks see. */
  get shown(): Schedule | OptimizerScheduler {
    return this.#scheduler ?? (this.#input.made as Schedule);
  }

  /** State of a `ReduceLROnPlateau`, for a checkpoint; null where there is none. */
  get plateau(): PlateauState | null {
    return this.#scheduler instanceof ReduceLROnPlateau ? this.#scheduler.stateDict() : null;
  }

  /** Number of steps of the schedule used, and the rates of the next update, for a checkpoint. */
  position(last: UpdateRecord | null): { lastEpoch: number; learningRates: number[] } {
    const applied = appliedAfter(last);
    const { made, optimizer } = this.#input;
    if (this.#scheduler instanceof ReduceLROnPlateau || typeof made !== 'function' || this.#scheduler)
      return {
        lastEpoch: this.#scheduler instanceof LrScheduler ? applied : (this.#scheduler?.lastEpoch ?? 0),
        learningRates: optimizer.paramGroups.map(({ lr }) => lr),
      };
    return { lastEpoch: applied, learningRates: [made(applied)] };
  }

  /** Restores the state of a checkpoint. */
  resume(last: UpdateRecord | null, plateau: PlateauState | null): void {
    if (this.#scheduler instanceof LrScheduler) this.#scheduler.loadStateDict({ lastEpoch: appliedAfter(last) });
    if (this.#scheduler instanceof ReduceLROnPlateau && plateau) this.#scheduler.loadStateDict(plateau);
  }

  /**
   * After each step.
   *
   * @param lastUpdate waits until the step has run on the GPU, and returns its record
   */
  async afterStep(lastUpdate: () => Promise<UpdateRecord | null>): Promise<void> {
    if (!(this.#scheduler instanceof LrScheduler)) return;
    // Only then is it known whether the step was skipped.
    if (this.#input.args.fp16 && !(await lastUpdate())?.finite) return;
    this.#scheduler.step();
  }

  /** Called after each evaluation of the run except the one before its first step. */
  afterEvaluation(metrics: LogEntry): void {
    if (!(this.#scheduler instanceof ReduceLROnPlateau)) return;
    const metric = decidingMetric({ metricForBestModel: 'loss', ...named(this.#input.args) }, metrics);
    if (metric !== null) this.#scheduler.step(metric);
  }
}

const named = ({ metricForBestModel, greaterIsBetter }: TrainingArguments) => ({
  ...(metricForBestModel !== null && { metricForBestModel }),
  greaterIsBetter,
});
