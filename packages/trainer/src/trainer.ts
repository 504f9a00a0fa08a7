import { DataCollatorWithPadding, defaultDataCollator, NdArray } from '@attune/data';
import type { Batch, DataCollator } from '@attune/data';
import { AdamW, autocast, getScheduler, selfTest } from '@attune/tensor';
import type { Optimizer, Schedule, Tensor } from '@attune/tensor';
import { requireArgument, requireOptions } from '@attune/validate';
import { files, terminal } from '#platform';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import { CallbackList } from './callbacks/callbackList.ts';
import { DefaultFlowCallback } from './callbacks/defaultFlowCallback.ts';
import { ProgressCallback } from './callbacks/progressCallback.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import { checkWritable, removeUnfinished } from './checkpoint/outputFolder.ts';
import { saving } from './checkpoint/saving.ts';
import { writeModel, writeModelOrBeside } from './checkpoint/write.ts';
import { checkedBatch, checkedDataloader, evalDataloader, trainDataloader } from './dataloaders.ts';
import type { DataloaderInput } from './dataloaders.ts';
import { keepModelColumns } from './datasets.ts';
import type { TrainerDataset } from './datasets.ts';
import { TrainerDatasetError, TrainerError, TrainingArgumentsError } from './errors.ts';
import { evaluationLoop, inEvalMode } from './evaluation/evaluationLoop.ts';
import { EvalPrediction, PredictionOutput } from './evaluation/evaluationOutput.ts';
import type { EvaluationOutput } from './evaluation/evaluationOutput.ts';
import { readMetrics } from './evaluation/readMetrics.ts';
import { speedMetrics } from './evaluation/speedMetrics.ts';
import type {
  ComputedLoss,
  ComputeLossOptions,
  Dataloader,
  EvaluateOptions,
  EvaluationLoopOptions,
  MicroBatchOptions,
  OptimizerInput,
  PredictionStepOutput,
  SaveModelOptions,
  SchedulerInput,
} from './extensionPoints.ts';
import type { TrainableModel } from './model.ts';
import { showPreparation } from './progress/preparation.ts';
import { refuseUncalledOverrides } from './refusedOverrides.ts';
import { TrainerControl } from './state/trainerControl.ts';
import { TrainerState } from './state/trainerState.ts';
import type { LogEntry } from './state/trainerState.ts';
import {
  dataset as datasetKind,
  optionAdvice,
  optionKinds,
  readEvaluateOptions,
  readTrainOptions,
} from './trainerOptions.ts';
import type { ProcessingClass, TrainerOptions, TrainOptions, TrainOutput } from './trainerOptions.ts';
import { findingWhatFits } from './training/batchMemory.ts';
import { defaultLoss, readLoss } from './training/loss.ts';
import { parameterGroups } from './training/parameterGroups.ts';
import { trainAlone, TrainingRun } from './training/trainingRun.ts';
import type { RunningTrainer } from './training/trainingRun.ts';

/**
 * Trains and evaluates a model. Behaviour, log keys and files are those of `transformers.Trainer`.
 * What a subclass may override is described in `ExtensionPoints`.
 */
export class Trainer implements RunningTrainer {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
  readonly trainDataset: TrainerDataset | undefined;
  readonly evalDataset: TrainerDataset | undefined;
  readonly processingClass: ProcessingClass | undefined;
  /** What the run does next. */
  readonly control = new TrainerControl();
  /** Where the run stands, and its log. */
  state = new TrainerState();
  readonly #collate: DataCollator;
  readonly #computeMetrics: TrainerOptions['computeMetrics'];
  readonly #callbacks: CallbackList;
  readonly #labelName: string;
  readonly #toldDropped = new Set<string>();
  /** Ends when the callbacks' `onInitEnd` has. */
  readonly #initialised: Promise<void>;

  /**
   * @throws TrainerError for an option that does not exist or is of the wrong kind, and for a
   *   subclass that overrides what is never called
   * @throws TrainingArgumentsError when arguments and datasets contradict each other
   */
  constructor(options: TrainerOptions) {
    requireOptions('new Trainer', options, optionKinds, optionAdvice);
    refuseUncalledOverrides(this, Trainer.prototype);
    const { model, args = new TrainingArguments(), trainDataset, evalDataset, processingClass } = options;
    if (options.device && options.device !== model.device) {
      throw new TrainerError(
        'the option device is another GPU than the one that the model is on: leave it out, or load the model there, ' +
          'fromPretrained(name, { device })',
      );
    }
    if (args.evalStrategy !== 'no' && !evalDataset) {
      throw new TrainingArgumentsError(
        `evalStrategy is '${args.evalStrategy}' but no evalDataset was given: pass one, or set evalStrategy to 'no'`,
      );
    }
    this.model = model;
    this.args = args;
    this.trainDataset = trainDataset;
    this.evalDataset = evalDataset;
    this.processingClass = processingClass;
    this.#computeMetrics = options.computeMetrics;
    this.#collate =
      options.dataCollator ??
      (processingClass ? new DataCollatorWithPadding({ tokenizer: processingClass }) : defaultDataCollator);
    this.#labelName = args.labelNames?.[0] ?? 'labels';
    this.#callbacks = new CallbackList(this, { model, processingClass });
    for (const callback of [DefaultFlowCallback, ...(options.callbacks ?? []), ProgressCallback])
      this.#callbacks.add(callback);
    this.#initialised = this.#callbacks.call('onInitEnd');
    // Whoever trains or evaluates sees it fail.
    this.#initialised.catch(() => {});
  }

  /** @throws TrainerError for something that has no event */
  addCallback(callback: TrainerCallback | CallbackClass): void {
    this.#callbacks.add(callback);
  }

  /** Takes a callback, or the first of a class, out and returns it; undefined if there is none. */
  popCallback(callback: TrainerCallback | CallbackClass): TrainerCallback | undefined {
    return this.#callbacks.take(callback);
  }

  /** Takes a callback, or the first of a class, out. */
  removeCallback(callback: TrainerCallback | CallbackClass): void {
    this.#callbacks.take(callback);
  }

  /**
   * Trains the model.
   *
   * @throws NonFiniteLossError when loss or gradient is NaN or infinite; the weights are then those
   *   of the last good step
   * @throws TrainerError when the model is being trained already
   * @throws TrainerDatasetError, SaveError, and the GPU's own errors
   */
  async train(options: TrainOptions = {}): Promise<TrainOutput> {
    readTrainOptions(options);
    return trainAlone(this.model, async () => {
      await this.#begin();
      if (this.args.saveStrategy !== 'no') await this.checkOutputFolder();
      using run = await TrainingRun.begin({
        trainer: this,
        callbacks: this.#callbacks,
        labelName: this.#labelName,
        numTrainExamples: this.trainDataset?.length ?? null,
        evaluationRecorder: () => this.#evaluationRecorder(),
      });
      return await run.run();
    });
  }

  /**
   * Loss and metrics on a dataset, logged: `eval_loss`, what `computeMetrics` returns, and run
   * times.
   *
   * @param evalDataset default: the Trainer's
   * @param options or the prefix of the metrics' names alone
   */
  async evaluate(evalDataset?: TrainerDataset, options: EvaluateOptions | string = {}): Promise<LogEntry> {
    const prefix = readEvaluateOptions('evaluate', options, 'eval');
    if (evalDataset !== undefined) requireArgument('evaluate', 'evalDataset', evalDataset, datasetKind, TrainerError);
    const { metrics } = await this.#timedLoop('getEvalDataloader', this.getEvalDataloader(evalDataset), prefix);
    await this.log(metrics);
    const entry = { ...metrics, epoch: this.state.epoch };
    await this.#callbacks.call('onEvaluate', { metrics: entry });
    return entry;
  }

  /**
   * Logits, labels and metrics for a dataset. Nothing is logged. Rows without a label add to no
   * loss.
   *
   * @param options or the prefix of the metrics' names alone
   */
  async predict(testDataset: TrainerDataset, options: EvaluateOptions | string = {}): Promise<PredictionOutput> {
    const prefix = readEvaluateOptions('predict', options, 'test');
    requireArgument('predict', 'testDataset', testDataset, datasetKind, TrainerError);
    const { predictions, labelIds, metrics } = await this.#timedLoop(
      'getTestDataloader',
      this.getTestDataloader(testDataset),
      prefix,
    );
    await this.#callbacks.call('onPredict', { metrics });
    return new PredictionOutput(predictions, labelIds ?? new NdArray(new Int32Array(0), [0]), metrics);
  }

  getTrainDataloader(): Dataloader | Promise<Dataloader> {
    if (!this.trainDataset) throw new TrainerDatasetError('train() needs a trainDataset');
    return trainDataloader(this.#loaderInput(this.trainDataset, 'train'));
  }

  getEvalDataloader(evalDataset?: TrainerDataset): Dataloader | Promise<Dataloader> {
    const dataset = evalDataset ?? this.evalDataset;
    if (!dataset)
      throw new TrainerDatasetError('evaluate() needs a dataset: pass one, or give the Trainer an evalDataset');
    return evalDataloader(this.#loaderInput(dataset, 'evaluation'));
  }

  getTestDataloader(testDataset: TrainerDataset): Dataloader | Promise<Dataloader> {
    return evalDataloader(this.#loaderInput(testDataset, 'evaluation'));
  }

  createScheduler({ numTrainingSteps, numWarmupSteps }: SchedulerInput): Schedule {
    const { lrSchedulerType, lrSchedulerKwargs, learningRate } = this.args;
    return getScheduler(lrSchedulerType, {
      baseLearningRate: learningRate,
      numWarmupSteps,
      numTrainingSteps,
      kwargs: lrSchedulerKwargs,
    });
  }

  createOptimizer({ model, learningRates }: OptimizerInput): Optimizer | Promise<Optimizer> {
    const { args } = this;
    return new AdamW(parameterGroups(model, args.weightDecay), {
      lr: learningRates,
      betas: [args.adamBeta1, args.adamBeta2],
      eps: args.adamEpsilon,
      maxGradNorm: args.maxGradNorm,
      ...(args.fp16 && { fp16: true, lossScale: {} }),
    });
  }

  computeLoss(model: TrainableModel, inputs: Batch, options: ComputeLossOptions = {}): ComputedLoss {
    const { returnOutputs = false, context = {} } = options;
    const outputs = defaultLoss(model, inputs, context, this.#lossOptions);
    const { loss = null } = outputs;
    return returnOutputs ? [loss, outputs] : loss;
  }

  trainingStep(model: TrainableModel, inputs: Batch, options: MicroBatchOptions): Tensor | null {
    const { numItemsInBatch, context, backward } = options;
    const record = () => readLoss(this.computeLoss(model, inputs, { numItemsInBatch, context }));
    const { loss } = this.args.fp16 ? autocast(record) : record();
    if (loss) backward(loss);
    return loss;
  }

  predictionStep(model: TrainableModel, inputs: Batch): PredictionStepOutput {
    const labels = inputs[this.#labelName] ?? null;
    if (!labels) return [null, model.forward(inputs).logits, null];
    const { loss, outputs } = readLoss(this.computeLoss(model, inputs, { returnOutputs: true }));
    if (!outputs) throw new TrainerError('computeLoss must return [loss, outputs] when returnOutputs is true');
    return [loss, outputs.logits, labels];
  }

  async evaluationLoop(dataloader: Dataloader, options: EvaluationLoopOptions): Promise<EvaluationOutput> {
    const { metricKeyPrefix: prefix } = options;
    const { model } = this;
    const { device } = model;
    const { predictions, labelIds, loss, numSamples } = await evaluationLoop({
      trainer: this,
      model,
      device,
      loader: dataloader,
      labelName: this.#labelName,
      args: this.args,
      beforeFirst: (batch) =>
        showPreparation(this.args.disableTqdm, (told) => device.prepare(() => this.#recordEvaluation(batch), told)),
      afterBatch: () => this.#callbacks.call('onPredictionStep', { numBatches: dataloader.length }),
    });
    const computed =
      this.#computeMetrics && labelIds && loss !== null
        ? readMetrics(await this.#computeMetrics(new EvalPrediction(predictions, labelIds)), prefix)
        : {};
    return {
      predictions,
      labelIds,
      metrics: { ...(loss !== null && { [`${prefix}_loss`]: loss }), ...computed },
      numSamples,
    };
  }

  async log(logs: LogEntry): Promise<void> {
    const entry = { ...logs, epoch: this.state.epoch };
    this.state.logHistory.push({ ...entry, step: this.state.globalStep });
    await this.#callbacks.call('onLog', { logs: entry });
  }

  /**
   * Writes model and tokenizer.
   *
   * @param outputDir default: the output folder
   * @throws SaveError, which names where the model was written instead
   */
  async saveModel(outputDir = this.args.outputDir, { elsewhere = true }: SaveModelOptions = {}): Promise<void> {
    await (elsewhere ? writeModelOrBeside : writeModel)(outputDir, this);
  }

  /** Writes `trainer_state.json` into the output folder. */
  async saveState(): Promise<void> {
    const { outputDir } = this.args;
    await saving(outputDir, () =>
      files.writeFile(`${outputDir}/trainer_state.json`, `${JSON.stringify(this.state, null, 2)}\n`),
    );
  }

  /**
   * Tries whether the output folder can be written. `train()` does so by itself unless
   * `saveStrategy` is 'no'; call it before a long run whose model you save at the end.
   *
   * @throws SaveError
   */
  async checkOutputFolder(): Promise<void> {
    const { outputDir } = this.args;
    await checkWritable(outputDir);
    const removed = await removeUnfinished(outputDir);
    if (removed.length > 0)
      terminal.writeLine(
        `Removed from ${outputDir}, left unfinished by a run that was stopped: ${removed.join(', ')}.`,
      );
  }

  get #lossOptions() {
    return { labelName: this.#labelName, labelSmoothingFactor: this.args.labelSmoothingFactor };
  }

  async #begin(): Promise<void> {
    refuseUncalledOverrides(this, Trainer.prototype);
    await this.#initialised;
    await selfTest(this.model.device, (warning) => terminal.writeLine(warning));
  }

  async #timedLoop(
    method: string,
    given: Dataloader | Promise<Dataloader>,
    metricKeyPrefix: string,
  ): Promise<EvaluationOutput> {
    const loader = checkedDataloader(method, await given);
    await this.#begin();
    const began = performance.now();
    const output = await this.evaluationLoop(loader, { metricKeyPrefix });
    const seconds = (performance.now() - began) / 1000;
    const speeds = speedMetrics(metricKeyPrefix, seconds, output.numSamples, loader.length);
    return { ...output, metrics: { ...output.metrics, ...speeds } };
  }

  /** The model's own loss is recorded: methods of a subclass are called for what runs only. */
  #recordEvaluation(batch: Batch): void {
    const { model, args } = this;
    findingWhatFits('perDeviceEvalBatchSize', args, batch, (rows) =>
      inEvalMode(model, model.device, () => defaultLoss(model, rows, {}, this.#lossOptions)),
    );
  }

  async #evaluationRecorder(): Promise<() => void> {
    if (!this.evalDataset) return () => {};
    for await (const batch of await this.getEvalDataloader()) return () => this.#recordEvaluation(checkedBatch(batch));
    return () => {};
  }

  #loaderInput(dataset: TrainerDataset, role: string): DataloaderInput {
    const { args, model } = this;
    const { kept, dropped } = keepModelColumns(dataset, model, args, role);
    const news = dropped.filter((name) => !this.#toldDropped.has(name));
    if (news.length > 0) {
      for (const name of news) this.#toldDropped.add(name);
      terminal.writeLine(`Columns that the model does not read are left out: ${news.join(', ')}.`);
    }
    return { dataset: kept, args, collate: this.#collate };
  }
}
