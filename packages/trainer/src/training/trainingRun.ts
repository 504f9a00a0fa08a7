import type { Batch } from '@attune/data';
import type { Optimizer } from '@attune/tensor';
import { onInterruption } from '#platform';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { CallbackContext } from '../callbacks/trainerCallback.ts';
import { checkpointPath } from '../checkpoint/checkpointName.ts';
import { exactLogsOf } from '../checkpoint/progress.ts';
import type { RunPosition, RunProgress } from '../checkpoint/progress.ts';
import { RunCheckpoints } from '../checkpoint/runCheckpoints.ts';
import { batchesFrom, groupsOf } from '../data/batches.ts';
import { TrainingInterruptedError } from '../errors.ts';
import type { Dataloader } from '../extensionPoints.ts';
import { noteBest } from '../metrics/bestModel.ts';
import { RunMetrics } from '../metrics/runMetrics.ts';
import { withProgress } from '../metrics/withProgress.ts';
import type { LearningRates } from '../optimization/learningRates.ts';
import type { Interruption, RunPlace } from '../platform/platform.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';
import { smoothingOperations } from '../step/smoothingOperations.ts';
import { TrainingStep } from '../step/trainingStep.ts';
import { prepareRun } from './prepareRun.ts';
import { makeRunParts } from './runParts.ts';
import type { RunInput, RunningTrainer, RunParts } from './runParts.ts';
import { nothingLeft } from './startingPoint.ts';
import type { StartingPoint } from './startingPoint.ts';
import { TrainOutput } from './trainOutput.ts';
import type { TrainingPlan } from './trainingPlan.ts';

/** One call of `train()`: everything that lives from its first step to its last. */
export class TrainingRun implements Disposable {
  readonly #input: RunInput;
  readonly #trainer: RunningTrainer;
  readonly #callbacks: CallbackList;
  readonly #loader: Dataloader;
  readonly #plan: TrainingPlan;
  readonly #optimizer: Optimizer;
  readonly #rates: LearningRates;
  readonly #step: TrainingStep;
  readonly #start: StartingPoint;
  readonly #metrics: RunMetrics;
  readonly #checkpoints: RunCheckpoints;
  #position: RunPosition;
  #prepared = false;
  /** Whether a step of this run has begun. */
  #underWay = false;
  #interruption: Interruption | null = null;

  private constructor(input: RunInput, { loader, plan, rates, optimizer, start }: RunParts) {
    const { trainer, callbacks, labelNames, checkpoint, numTrainExamples } = input;
    const { args, model } = trainer;
    this.#input = input;
    this.#trainer = trainer;
    this.#callbacks = callbacks;
    this.#loader = loader;
    this.#plan = plan;
    this.#optimizer = optimizer;
    this.#rates = rates;
    this.#start = this.#position = start;
    const resumedFrom = checkpoint?.path ?? null;
    this.#checkpoints = new RunCheckpoints({ trainer, callbacks, optimizer, rates, resumedFrom });
    this.#metrics = new RunMetrics({
      trainer,
      plan,
      numTrainExamples,
      batchesPerEpoch: loader.length,
      logged: checkpoint?.progress.logged,
      stepsBefore: checkpoint && start.globalStep,
    });
    this.#step = new TrainingStep({
      trainer,
      model,
      optimizer,
      labelNames,
      labelSmoothingFactor: args.labelSmoothingFactor,
      operations: smoothingOperations,
      args,
      ...(checkpoint && { completed: { ...checkpoint.progress.completed, examples: 0 } }),
    });
  }

  /** Makes what the run needs. */
  static async begin(input: RunInput): Promise<TrainingRun> {
    return new TrainingRun(input, await makeRunParts(input));
  }

  get #state(): TrainerState {
    return this.#trainer.state;
  }

  /** Runs everything; an error that ends the run says how far it came. */
  async run(): Promise<TrainOutput> {
    const interruption = onInterruption({
      finish: () => this.#underWay && this.#trainer.args.saveStrategy !== 'no',
      place: () => this.#place,
    });
    this.#interruption = interruption;
    try {
      return await this.#runEpochs();
    } catch (error) {
      // If the messages cannot be loaded, the error is reported unchanged.
      throw await import('./failures.ts').then(
        ({ withPlace }) => withPlace(error, this.#place),
        () => error,
      );
    } finally {
      interruption[Symbol.dispose]();
    }
  }

  get #place(): RunPlace {
    const { globalStep: step, maxSteps } = this.#state;
    return { step, maxSteps, lastCheckpoint: this.#checkpoints.last };
  }

  async #runEpochs(): Promise<TrainOutput> {
    const { args, control, model } = this.#trainer;
    this.#metrics.begin();
    model.train();
    this.#optimizer.zeroGrad();
    await this.#callbacks.call('onTrainBegin');
    if (args.evalOnStart && !this.#input.checkpoint) await this.#evaluate();
    let epoch = this.#start.epoch;
    if (!this.#start.epochEnded) await this.#resumeEpoch();
    else if (this.#isOver) control.shouldTrainingStop = true;
    while (++epoch < this.#plan.numTrainEpochs && !control.shouldTrainingStop) await this.#runEpoch(epoch);
    await this.#step.drain();
    return this.#finish(this.#metrics.seconds);
  }

  get #isOver(): boolean {
    return this.#input.checkpoint !== null && nothingLeft(this.#start, this.#state);
  }

  /** Runs the rest of the epoch in which the checkpoint was written. */
  async #resumeEpoch(): Promise<void> {
    const { control } = this.#trainer;
    const { epoch, batchesDone } = this.#start;
    await this.#beginEpoch(epoch);
    if (this.#isOver) control.shouldTrainingStop = true;
    if (this.#start.epochStopped) control.shouldEpochStop = true;
    if (!control.shouldEpochStop && !control.shouldTrainingStop) await this.#runSteps(epoch, batchesDone);
    await this.#endEpoch();
  }

  async #runEpoch(epoch: number): Promise<void> {
    await this.#beginEpoch(epoch);
    await this.#runSteps(epoch, 0);
    await this.#endEpoch();
  }

  async #beginEpoch(epoch: number): Promise<void> {
    this.#loader.setEpoch?.(epoch);
    await this.#callbacks.call('onEpochBegin');
  }

  async #runSteps(epoch: number, startBatch: number): Promise<void> {
    const { args, control } = this.#trainer;
    let batchesDone = startBatch;
    for await (const batches of groupsOf(batchesFrom(this.#loader, startBatch), args.gradientAccumulationSteps)) {
      if (!this.#prepared) await prepareRun(this.#input, { batches, step: this.#step, plan: this.#plan });
      this.#prepared = true;
      batchesDone += batches.length;
      this.#position = { epoch, batchesDone, epochEnded: false };
      await this.#runStep(batches, epoch + batchesDone / this.#loader.length);
      await this.#logEvaluateSave();
      await this.#leaveIfAsked();
      if (control.shouldEpochStop || control.shouldTrainingStop) break;
    }
  }

  async #endEpoch(): Promise<void> {
    this.#position = { ...this.#position, epochEnded: true };
    await this.#callbacks.call('onEpochEnd');
    await this.#logEvaluateSave();
    await this.#leaveIfAsked();
  }

  /**
   * After an abort, ends the run. After a system signal, saves and ends the process, or only the
   * run if the program has its own listeners.
   *
   * @throws TrainingInterruptedError, the reason of the abort
   */
  async #leaveIfAsked(): Promise<void> {
    if (this.#input.signal?.aborted) {
      await this.#step.drain();
      throw this.#input.signal.reason;
    }
    const interruption = this.#interruption;
    if (!interruption?.signal) return;
    const { signal } = interruption;
    const { args } = this.#trainer;
    const checkpoint = checkpointPath(args.outputDir, this.#state.globalStep);
    await this.#step.drain();
    if (this.#checkpoints.last !== checkpoint)
      await this.#checkpoints.save(this.#progressToSave(), this.#step.completed.last);
    // Removes the progress line first.
    this.#callbacks.endRun();
    const message = interruption.leave(this.#place, args.saveOnlyModel ? null : this.#input.howToResume);
    throw new TrainingInterruptedError(message, { signal, checkpoint });
  }

  /** @param epoch epochs done after this step, with a fraction */
  async #runStep(batches: readonly Batch[], epoch: number): Promise<void> {
    this.#underWay = true;
    await this.#callbacks.call('onStepBegin');
    await this.#step.run(batches, this.#state.globalStep, (index) =>
      this.#callbacks.call(index < batches.length - 1 ? 'onSubstepEnd' : 'onPreOptimizerStep'),
    );
    await this.#callbacks.call('onOptimizerStep');
    await this.#rates.afterStep(() => this.#step.drain().then(() => this.#step.completed.last));
    this.#state.globalStep += 1;
    this.#state.epoch = epoch;
    this.#metrics.count(batches);
    await this.#callbacks.call('onStepEnd', this.#progress());
  }

  /** A flag that a callback sets meanwhile takes effect at once. */
  async #logEvaluateSave(): Promise<void> {
    const { args, control } = this.#trainer;
    if (control.shouldLog || control.shouldEvaluate || control.shouldSave) await this.#step.drain();
    if (control.shouldLog) await this.#log();
    if (control.shouldEvaluate) {
      const metrics = await this.#evaluate();
      this.#rates.afterEvaluation(metrics);
      const isBest = noteBest(args, this.#state, metrics);
      if (args.saveStrategy === 'best') control.shouldSave = isBest;
    }
    if (control.shouldSave) await this.#checkpoints.save(this.#progressToSave(), this.#step.completed.last);
  }

  #evaluate(): Promise<LogEntry> {
    const { ignoreKeysForEval: ignoreKeys } = this.#input;
    return ignoreKeys ? this.#trainer.evaluate(undefined, { ignoreKeys }) : this.#trainer.evaluate();
  }

  async #log(): Promise<void> {
    const { last } = this.#step.completed;
    const { globalStep, logHistory } = this.#state;
    if (!last || logHistory.some((entry) => entry.step === globalStep && 'loss' in entry)) return;
    await this.#trainer.log(this.#metrics.entry(this.#step.completed, last));
  }

  #progressToSave(): RunProgress {
    const { model, control } = this.#trainer;
    return {
      position: this.#position,
      control: { ...control },
      completed: this.#step.completed,
      logged: this.#metrics.logged,
      numTrainExamples: this.#input.numTrainExamples,
      batchesPerEpoch: this.#loader.length,
      modelName: model.constructor.name,
      headSeed: this.#state.headSeed,
      savedAt: Date.now(),
      plateau: this.#rates.plateau,
      bestMetric: this.#state.bestMetric,
      exactLogs: exactLogsOf(this.#state.logHistory),
    };
  }

  async #finish(seconds: number): Promise<TrainOutput> {
    const { globalStep } = this.#state;
    await this.#checkpoints.finish();
    const { lossSum, count } = this.#step.completed;
    const trainingLoss = lossSum / Math.max(1, count);
    const speed = this.#metrics.speed(seconds);
    const metrics = { ...speed, total_flos: this.#state.totalFlos, train_loss: trainingLoss };
    await this.#trainer.log(metrics);
    await this.#callbacks.call('onTrainEnd', this.#progress());
    return new TrainOutput(globalStep, trainingLoss, withProgress(metrics, this.#trainer));
  }

  #progress(): CallbackContext {
    const { examples, last } = this.#step.completed;
    if (!last) return { examplesSeen: examples };
    const { update: step, loss, gradNorm, learningRate } = last;
    return { examplesSeen: examples, completed: { step, loss, gradNorm, learningRate } };
  }

  [Symbol.dispose](): void {
    this.#callbacks.endRun();
    if (this.#optimizer !== this.#input.keptOptimizer) this.#optimizer.dispose();
  }
}
