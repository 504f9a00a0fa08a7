import type { Batch } from '@attune/data';
import type { UpdateRecord } from '@attune/tensor';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { RunProgress } from '../checkpoint/progress.ts';
import type { SavableProcessor } from '../checkpoint/write.ts';
import type { TrainableModel } from '../model.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';
import type { CompletedSteps } from '../step/trainingStep.ts';
import type { TrainingPlan } from '../training/trainingPlan.ts';
import { FlopsEstimate } from './flops.ts';
import { InputTokens } from './inputTokens.ts';
import { speedMetrics, tokenSpeedMetrics } from './speedMetrics.ts';

export interface MeasuredRun {
  readonly trainer: {
    readonly model: TrainableModel;
    readonly args: TrainingArguments;
    readonly processingClass: SavableProcessor | undefined;
    readonly state: TrainerState;
  };
  readonly plan: TrainingPlan;
  /** Rows of the training set; null when only its batches are known. */
  readonly numTrainExamples: number | null;
  readonly batchesPerEpoch: number;
  /** What was already logged, when the run is resumed. */
  readonly logged: RunProgress['logged'] | undefined;
  /** Steps of the run that this one resumes; null for a new run. */
  readonly stepsBefore: number | null;
}

/** Counts and logs of one call of `train()`. */
export class RunMetrics {
  readonly #run: MeasuredRun;
  #logged: RunProgress['logged'];
  readonly #flops: FlopsEstimate;
  readonly #inputTokens: InputTokens;
  /** Tokens seen before this call. */
  readonly #tokensBefore: number;
  #began = 0;

  constructor(run: MeasuredRun) {
    const { args, model, processingClass, state } = run.trainer;
    this.#run = run;
    this.#logged = run.logged ?? { count: 0, lossSum: 0 };
    this.#flops = new FlopsEstimate(model);
    const { padTokenId } = (processingClass ?? {}) as { readonly padTokenId?: number };
    this.#inputTokens = new InputTokens({ model, tokens: args.includeNumInputTokensSeen, padTokenId });
    this.#tokensBefore = state.numInputTokensSeen;
  }

  /** Steps and losses that were logged already. */
  get logged(): RunProgress['logged'] {
    return this.#logged;
  }

  /** Seconds since this call began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Starts the clock. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Adds a step to the state. */
  count(batches: readonly Batch[]): void {
    const { state } = this.#run.trainer;
    state.totalFlos += this.#flops.of(batches);
    state.numInputTokensSeen += this.#inputTokens.of(batches);
  }

  /**
   * The entry of the log after these steps: the mean loss of those since the entry before.
   */
  entry({ count, lossSum }: CompletedSteps, { gradNorm, learningRate }: UpdateRecord): LogEntry {
    const loss = (lossSum - this.#logged.lossSum) / Math.max(1, count - this.#logged.count);
    this.#logged = { count, lossSum };
    return {
      loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      ...this.#tokenSpeed(),
    };
  }

  /** Tokens per second as in `transformers`, if tokens are counted. */
  #tokenSpeed(): LogEntry {
    const { args, state } = this.#run.trainer;
    if (args.includeNumInputTokensSeen === 'no') return {};
    return tokenSpeedMetrics('train', this.seconds, state.numInputTokensSeen - this.#tokensBefore);
  }

  /**
   * Throughput of this call, as in `transformers`: of the run's examples those of the steps done.
   *
   * @param seconds duration of the call
   */
  speed(seconds: number): LogEntry {
    const { trainer, plan, numTrainExamples, batchesPerEpoch, stepsBefore } = this.#run;
    const { args, state } = trainer;
    const { perDeviceTrainBatchSize: batchSize } = args;
    const numSamples =
      args.maxSteps > 0
        ? plan.maxSteps * batchSize * args.gradientAccumulationSteps
        : (numTrainExamples ?? batchesPerEpoch * batchSize) * args.numTrainEpochs;
    const steps = state.globalStep - (stepsBefore ?? 0);
    return speedMetrics('train', seconds, (numSamples * steps) / plan.maxSteps, steps);
  }
}
