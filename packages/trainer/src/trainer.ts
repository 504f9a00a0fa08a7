import { NdArray } from '@attune/data';
import type { Batch } from '@attune/data';
import type { Device, Optimizer, Schedule, Tensor } from '@attune/tensor';
import { answerOtherNames, object, objectWith, pythonNames, requireArgument } from '@attune/validate';
import { terminal } from '#platform';
import { absentMethods, answerAbsentMethods, answerAssignments, keptProperties } from './absent/absentMethods.ts';
import { refuseUncalledOverrides } from './absent/refusedOverrides.ts';
import type { TrainingArguments } from './arguments/trainingArguments.ts';
import { flowAndReports, progressCallback } from './callbacks/builtIn.ts';
import { CallbackList } from './callbacks/callbackList.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import type { Checkpoint } from './checkpoint/read.ts';
import { readDataloader, evalDataloader, requireEvaluable, trainDataloader } from './data/dataloaders.ts';
import { ModelColumns } from './data/modelColumns.ts';
import { isSeveral, requireDataset, requireEvalDataset } from './data/trainerDataset.ts';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import { TrainerDatasetError, TrainerError } from './errors.ts';
import { PredictionOutput } from './evaluation/evaluationOutput.ts';
import type { EvaluationOutput } from './evaluation/evaluationOutput.ts';
import { outputsOf } from './evaluation/nested.ts';
import type { Collected } from './evaluation/nested.ts';
import type * as Extension from './extensionPoints.ts';
import { withProgress } from './metrics/withProgress.ts';
import type { TrainableModel } from './model.ts';
import { callModelInit } from './requireModel.ts';
import { defaultSchedule } from './optimization/defaultSchedule.ts';
import { prepareWithProgress } from './progress/preparation.ts';
import { readEvaluateOptions, requireTrainOptions } from './runOptions.ts';
import type { TrainOptions } from './runOptions.ts';
import { TrainerControl } from './state/trainerControl.ts';
import { TrainerState } from './state/trainerState.ts';
import type { LogEntry } from './state/trainerState.ts';
import { labelsOf } from './step/labels.ts';
import { warnAboutSmoothing } from './step/labelSmoothing.ts';
import { defaultLoss, ownLoss, readLoss } from './step/loss.ts';
import type { ProcessingClass, TrainerOptions } from './trainerOptions.ts';
import { readTrainerOptions, withArguments } from './trainerParts.ts';
import type { TrainerParts } from './trainerParts.ts';
import { TrainerResults } from './trainerResults.ts';
import type { RunningTrainer } from './training/runParts.ts';
import { trainAlone } from './training/trainAlone.ts';
import type { TrainOutput } from './training/trainOutput.ts';

type Running = typeof import('./running.ts');

/**
 * Trains and evaluates a model. Behaviour, log keys and files are those of `transformers.Trainer`.
 * What a subclass may override is described in `ExtensionPoints`.
 */
export class Trainer<Predictions extends Collected = NdArray, Labels extends Collected = NdArray>
  extends TrainerResults
  implements RunningTrainer
{
  /** Rows to train on. */
  readonly trainDataset: TrainerDataset | undefined;
  /** Rows to evaluate on: one dataset, or several by name. */
  readonly evalDataset: EvalDataset | undefined;
  /** The tokenizer that is saved beside the model. */
  readonly processingClass: ProcessingClass | undefined;
  /** What the run does next. */
  readonly control = new TrainerControl();
  /** Where the run stands, and its log. */
  state = new TrainerState();
  #parts: TrainerParts;
  readonly #callbacks: CallbackList;
  readonly #columns: ModelColumns;
  /** What runs and evaluations need, loaded with the first of them. */
  #running: Running | undefined;
  readonly #device: Device | undefined;
  /** Of the run under way: it ends the evaluations of it too. */
  #runSignal: AbortSignal | undefined;
  /** Ends when the callbacks' `onInitEnd` has. */
  readonly #initialised: Promise<void>;

  /**
   * @throws TrainerError for an option that does not exist or is of the wrong kind, and for a
   *   subclass that overrides what is never called
   * @throws TrainingArgumentsError when arguments and datasets contradict each other
   */
  constructor(options: TrainerOptions<Predictions, Labels>) {
    super();
    // Only the caller knows which types the model outputs.
    this.#parts = readTrainerOptions(options as unknown as TrainerOptions);
    refuseUncalledOverrides(this, Trainer.prototype);
    const { current, args, trainDataset, evalDataset, processingClass, callbacks } = this.#parts;
    this.#device = options.device;
    this.trainDataset = trainDataset;
    this.evalDataset = evalDataset;
    this.processingClass = processingClass;
    this.#columns = new ModelColumns(this.#parts);
    this.#callbacks = new CallbackList(this, { processingClass });
    if (current.model) this.#take(current.model);
    for (const callback of [...flowAndReports(args), ...callbacks, progressCallback(args)])
      this.#callbacks.add(callback);
    this.#initialised = this.#callbacks.call('onInitEnd');
    // Whoever trains or evaluates sees it fail.
    this.#initialised.catch(() => {});
  }

  /** With `autoFindBatchSize`, its `perDeviceTrainBatchSize` becomes the size that was found. */
  get args(): TrainingArguments {
    return this.#parts.args;
  }

  /** The model; of `modelInit`, that of the last run. @throws TrainerError before there is one */
  get model(): TrainableModel {
    return this.#parts.model;
  }

  /** @throws TrainerError for something that has no event */
  addCallback(callback: TrainerCallback | CallbackClass): void {
    this.#callbacks.add(callback);
  }

  /** Takes a callback, or the first of a class, out and returns it; undefined if there is none. */
  popCallback(callback: TrainerCallback | CallbackClass): TrainerCallback | undefined {
    return this.#callbacks.take(callback);
  }

  /**
   * Takes a callback, or the first of a class, out.
   *
   * @throws TrainerError when there is none
   */
  removeCallback(callback: TrainerCallback | CallbackClass): void {
    if (!this.#callbacks.take(callback)) throw new TrainerError('removeCallback: the Trainer has no such callback');
  }

  /**
   * Trains the model.
   *
   * @throws NonFiniteLossError when loss or gradient is NaN or infinite; the weights are then those
   *   of the last good step
   * @throws BatchTooLargeError when the GPU cannot hold a batch
   * @throws TrainerError when the model is being trained already
   * @throws CheckpointError when a checkpoint cannot be resumed
   * @throws TrainerDatasetError, SaveError, the reason of `signal`, and the GPU's own errors
   */
  async train(options: TrainOptions = {}): Promise<TrainOutput> {
    requireTrainOptions(options);
    const { resumeFromCheckpoint = this.args.resumeFromCheckpoint, signal } = options;
    return trainAlone(this.#parts.modelInit ? this : this.model, async () => {
      this.#runSignal = signal;
      if (this.#parts.modelInit) await this.#initModel();
      await this.#begin(signal);
      if (this.args.saveStrategy !== 'no') await this.checkOutputFolder();
      const { readCheckpointToResume, findBatchSize, switchModel } = await this.#load();
      const checkpoint = await readCheckpointToResume(resumeFromCheckpoint, this.args.outputDir);
      const switchBack = switchModel(this.model, this.args);
      try {
        if (!this.args.autoFindBatchSize) return await this.#run(checkpoint, options);
        const size = checkpoint?.args['per_device_train_batch_size'] ?? this.args.perDeviceTrainBatchSize;
        return await findBatchSize({ model: this.model, batchSize: Number(size) }, async (rows) => {
          this.#parts = withArguments(this.#parts, this.args.withTrainBatchSize(rows));
          // A resumed run continues with the state that it has read.
          return this.#run(await readCheckpointToResume(checkpoint?.path ?? null, this.args.outputDir), options);
        });
      } finally {
        switchBack();
      }
    }).finally(() => (this.#runSignal = undefined));
  }

  /**
   * Loss and metrics on a dataset, logged: `eval_loss`, what `computeMetrics` returns, and run
   * times.
   *
   * @param evalDataset default: the Trainer's. Several, by name, are evaluated one after the other,
   *   the name behind the prefix: `eval_a_loss`
   * @param options or the prefix of the metrics' names alone
   * @throws BatchTooLargeError, TrainerDatasetError, TrainerError
   */
  async evaluate(evalDataset?: EvalDataset, options: Extension.EvaluateOptions | string = {}): Promise<LogEntry> {
    const loop = readEvaluateOptions('evaluate', options, 'eval');
    if (evalDataset !== undefined) requireEvalDataset('evaluate', evalDataset, this.args);
    await this.#haveModel();
    const given = evalDataset ?? this.evalDataset;
    if (given && isSeveral(given)) return this.#evaluateSeveral(given, loop);
    const loader = readDataloader('getEvalDataloader', await this.getEvalDataloader(evalDataset as TrainerDataset));
    // Without metrics nothing would show what the model predicts.
    const lossOnly = this.#parts.computeMetrics === undefined;
    const { metrics } = await this.#timedLoop(loader, { ...loop, ...(lossOnly && { predictionLossOnly: true }) });
    await this.log(metrics);
    const entry = withProgress(metrics, this);
    await this.#callbacks.call('onEvaluate', { metrics: entry, metricKeyPrefix: loop.metricKeyPrefix });
    return entry;
  }

  /**
   * Logits, labels and metrics for a dataset. Nothing is logged. Rows without a label add to no
   * loss.
   *
   * @param options or the prefix of the metrics' names alone
   * @throws BatchTooLargeError, TrainerDatasetError, TrainerError
   */
  async predict(
    testDataset: TrainerDataset,
    options: Extension.EvaluateOptions | string = {},
  ): Promise<PredictionOutput<Predictions, Labels>> {
    const loop = readEvaluateOptions('predict', options, 'test');
    requireDataset('predict', 'testDataset', testDataset, this.args);
    await this.#haveModel();
    const loader = readDataloader('getTestDataloader', await this.getTestDataloader(testDataset));
    const { predictions, labelIds, metrics } = await this.#timedLoop(loader, { ...loop, description: 'Prediction' });
    await this.#callbacks.call('onPredict', { metrics });
    const labels = labelIds ?? new NdArray(new Int32Array(0), [0]);
    return new PredictionOutput(predictions as Predictions, labels as Labels, metrics);
  }

  getTrainDataloader(): Extension.Dataloader | Promise<Extension.Dataloader> {
    if (!this.trainDataset)
      throw new TrainerDatasetError(
        'train() needs a trainDataset: the Trainer was given none, or a split that its dataset does not have',
      );
    return trainDataloader(this.#columns.of(this.trainDataset, 'train'), this.#parts, this.trainDataset);
  }

  getEvalDataloader(evalDataset?: TrainerDataset): Extension.Dataloader | Promise<Extension.Dataloader> {
    if (evalDataset !== undefined) requireEvalDataset('getEvalDataloader', evalDataset, this.args);
    const dataset = evalDataset ?? this.evalDataset;
    if (!dataset)
      throw new TrainerDatasetError('evaluate() needs a dataset: pass one, or give the Trainer an evalDataset');
    if (isSeveral(dataset))
      throw new TrainerDatasetError(
        `getEvalDataloader: there are several evaluation sets; pass one of ${Object.keys(dataset).join(', ')}`,
      );
    return evalDataloader(this.#columns.of(dataset, 'evaluation'), this.#parts);
  }

  getTestDataloader(testDataset: TrainerDataset): Extension.Dataloader | Promise<Extension.Dataloader> {
    requireDataset('getTestDataloader', 'testDataset', testDataset, this.args);
    return evalDataloader(this.#columns.of(testDataset, 'evaluation'), this.#parts);
  }

  createScheduler(input: Extension.SchedulerInput): Schedule | Extension.SchedulerMaker {
    requireArgument('createScheduler', 'input', input, object, TrainerError);
    const { scheduler } = this.#parts;
    if (scheduler === null) return defaultSchedule(this.args, input);
    return typeof scheduler === 'function' ? scheduler : { forOptimizer: () => scheduler };
  }

  createOptimizer(input: Extension.OptimizerInput): Optimizer | Promise<Optimizer> {
    requireArgument('createOptimizer', 'input', input, optimizerInput, TrainerError);
    const { optimizer, optimizerClsAndKwargs } = this.#parts;
    const make = ({ defaultOptimizer }: Running) =>
      optimizer ?? defaultOptimizer(this.args, input, optimizerClsAndKwargs);
    return this.#running ? make(this.#running) : this.#load().then(make);
  }

  computeLoss(
    model: TrainableModel,
    inputs: Batch,
    { returnOutputs = false, context = {}, numItemsInBatch }: Extension.ComputeLossOptions = {},
  ): Extension.ComputedLoss {
    requireArgument('computeLoss', 'inputs', inputs, batchKind, TrainerError);
    const { labelNames, args, computeLossFunc } = this.#parts;
    const outputs = computeLossFunc
      ? ownLoss(model, inputs, context, { labelNames, computeLossFunc, numItemsInBatch })
      : defaultLoss(model, inputs, context, {
          labelNames,
          labelSmoothingFactor: args.labelSmoothingFactor,
          operations: this.#running?.smoothingOperations,
        });
    const { loss = null } = outputs;
    return returnOutputs ? [loss, outputs] : loss;
  }

  trainingStep(model: TrainableModel, inputs: Batch, options: Extension.MicroBatchOptions): Tensor | null {
    requireArgument('trainingStep', 'options', options, stepOptions, TrainerError);
    const { numItemsInBatch, context, backward } = options;
    const record = () => readLoss(this.computeLoss(model, inputs, { numItemsInBatch, context }));
    const { loss } = this.args.fp16 ? this.#autocast(record) : record();
    if (loss) backward(loss);
    return loss;
  }

  predictionStep(
    model: TrainableModel,
    inputs: Batch,
    { predictionLossOnly = false, ignoreKeys = [] }: Extension.PredictionStepOptions = {},
  ): Extension.PredictionStepOutput {
    requireArgument('predictionStep', 'inputs', inputs, batchKind, TrainerError);
    const labels = labelsOf(inputs, this.#parts.labelNames);
    if (!labels) return [null, predictionLossOnly ? null : outputsOf(model.forward(inputs), ignoreKeys), null];
    const { loss, outputs } = readLoss(this.computeLoss(model, inputs, { returnOutputs: true }));
    if (!outputs) throw new TrainerError('computeLoss must return [loss, outputs] when returnOutputs is true');
    if (predictionLossOnly) return [loss, null, null];
    return [loss, outputsOf(outputs, ignoreKeys), labels.length === 1 ? (labels[0] ?? null) : labels];
  }

  async evaluationLoop(
    dataloader: Extension.Dataloader,
    options: Extension.EvaluationLoopOptions,
  ): Promise<EvaluationOutput> {
    requireArgument('evaluationLoop', 'options', options, object, TrainerError);
    const { Evaluation } = await this.#load();
    return new Evaluation(this, this.#parts, this.#callbacks).run(dataloader, options);
  }

  async log(logs: LogEntry): Promise<void> {
    requireArgument('log', 'logs', logs, object, TrainerError);
    const entry = withProgress(logs, this);
    this.state.logHistory.push({ ...entry, step: this.state.globalStep });
    await this.#callbacks.call('onLog', { logs: entry });
  }

  async #evaluateSeveral(
    sets: Readonly<Record<string, TrainerDataset>>,
    { metricKeyPrefix, ...options }: Extension.EvaluationLoopOptions,
  ): Promise<LogEntry> {
    const metrics: LogEntry = {};
    for (const [name, set] of Object.entries(sets))
      Object.assign(metrics, await this.evaluate(set, { ...options, metricKeyPrefix: `${metricKeyPrefix}_${name}` }));
    return metrics;
  }

  async #run(
    checkpoint: Checkpoint | null,
    { howToResume, ignoreKeysForEval, signal }: TrainOptions,
  ): Promise<TrainOutput> {
    const { Evaluation, largestBatchLengths, TrainingRun } = await this.#load();
    // A subclass may make different batches.
    const isOwn = this.getTrainDataloader === Trainer.prototype.getTrainDataloader;
    const rows = isOwn ? this.trainDataset : undefined;
    const evaluation = new Evaluation(this, this.#parts, this.#callbacks);
    const { evalDataset, args } = this;
    const isOwnEvaluation = ['evaluate', 'getEvalDataloader'].every(
      (name) => this[name as 'evaluate'] === Trainer.prototype[name as 'evaluate'],
    );
    if (evalDataset && isOwnEvaluation && (args.evalStrategy !== 'no' || args.evalOnStart))
      await requireEvaluable(this, evalDataset);
    const run = await TrainingRun.begin({
      checkpoint,
      howToResume: howToResume ?? 'train({ resumeFromCheckpoint: true })',
      trainer: this,
      callbacks: this.#callbacks,
      labelNames: this.#parts.labelNames,
      ...(this.#parts.optimizer && { keptOptimizer: this.#parts.optimizer }),
      ...(ignoreKeysForEval && { ignoreKeysForEval }),
      numTrainExamples: this.trainDataset?.length ?? null,
      largestBatchLengths: (epochs) => (rows ? largestBatchLengths(rows, this.args, epochs) : null),
      recordEvaluation: (batch) => evaluation.recordAhead(batch),
      signal,
    });
    try {
      return await run.run();
    } finally {
      run[Symbol.dispose]();
    }
  }

  #autocast<Result>(body: () => Result): Result {
    if (!this.#running)
      throw new TrainerError(
        'trainingStep: fp16 is loaded by createOptimizer(), train(), evaluate() and predict(); await one of them first',
      );
    return this.#running.autocast(body);
  }

  async #load(): Promise<Running> {
    return (this.#running ??= await import('./running.ts'));
  }

  async #haveModel(): Promise<void> {
    if (!this.#parts.current.model) await this.#initModel();
  }

  async #initModel(): Promise<void> {
    this.#take(await callModelInit(this.#parts, this.#device));
  }

  #take(model: TrainableModel): void {
    warnAboutSmoothing(model, this.args.labelSmoothingFactor);
    this.#parts.current.model = model;
    this.#callbacks.common.model = model;
  }

  async #begin(signal: AbortSignal | undefined): Promise<void> {
    refuseUncalledOverrides(this, Trainer.prototype);
    signal?.throwIfAborted();
    await this.#initialised;
    const { selfTest } = await this.#load();
    await prepareWithProgress({ callbacks: this.#callbacks, phase: 'checking', signal }, (options) =>
      selfTest(this.model.device, (warning) => terminal.writeLine(warning), options),
    );
  }

  async #timedLoop(
    loader: Extension.Dataloader,
    { signal = this.#runSignal, ...options }: Extension.EvaluationLoopOptions,
  ): Promise<EvaluationOutput> {
    await this.#begin(signal);
    this.#callbacks.common.evalDataloader = loader;
    const { timedLoop } = await this.#load();
    return timedLoop(this, loader, { ...options, ...(signal && { signal }) });
  }
}

const batchKind = { ...object, what: 'a batch, { input_ids: { data, shape }, … }' };
const optimizerInput = objectWith('{ model, learningRates }, as a run passes it', { model: 'object' });
const stepOptions = objectWith('{ numItemsInBatch, context, backward }, as a run passes them', {
  backward: 'function',
});

answerOtherNames(
  Trainer.prototype,
  'a Trainer has',
  TrainerError,
  pythonNames([
    'trainDataset',
    'evalDataset',
    'processingClass',
    ...Object.getOwnPropertyNames(TrainerResults.prototype),
    ...Object.getOwnPropertyNames(Trainer.prototype),
  ]),
);
answerAbsentMethods(Trainer.prototype, 'a Trainer has', absentMethods);
answerAssignments(Trainer.prototype, 'a Trainer keeps', keptProperties);
