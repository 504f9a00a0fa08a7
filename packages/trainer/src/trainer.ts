import {
  DataCollatorWithPadding,
  DataLoader,
  defaultDataCollator,
  NdArray,
  RandomSampler,
  SequentialSampler,
} from '@attune/data';
import type { DataCollator, PaddingTokenizer } from '@attune/data';
import { AdamW, selfTest, defaultDevice, getScheduler, Mt19937, setSeed } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import { files, terminal } from '#platform';
import { planRun } from './arguments/schedule.ts';
import type { RunSchedule } from './arguments/schedule.ts';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import { CallbackList } from './callbacks/callbackList.ts';
import { DefaultFlowCallback } from './callbacks/defaultFlowCallback.ts';
import { ProgressCallback } from './callbacks/progressCallback.ts';
import type { CallbackContext, TrainerCallback } from './callbacks/trainerCallback.ts';
import { rotateCheckpoints, saving, writeCheckpoint, writeModel } from './checkpoint/writeCheckpoint.ts';
import type { SavableProcessor } from './checkpoint/writeCheckpoint.ts';
import { keepModelColumns } from './datasets.ts';
import type { TrainerDataset } from './datasets.ts';
import { TrainerDatasetError, TrainerError, TrainingArgumentsError } from './errors.ts';
import { evaluationLoop } from './evaluation/evaluationLoop.ts';
import type { EvaluationOutput } from './evaluation/evaluationLoop.ts';
import { speedMetrics } from './evaluation/speedMetrics.ts';
import type { TrainableModel } from './model.ts';
import { showPreparation } from './progress/preparation.ts';
import { TrainerControl } from './state/trainerControl.ts';
import { TrainerState } from './state/trainerState.ts';
import type { LogEntry } from './state/trainerState.ts';
import { countTokens, parametersWithoutEmbeddings } from './training/floatingPointOperations.ts';
import { LossMeter } from './training/lossMeter.ts';
import { parameterGroups } from './training/parameterGroups.ts';
import { UpdateRunner } from './training/updateRunner.ts';

/** Logits and labels of a whole dataset, as metrics get them. */
export interface EvalPrediction {
  /** f32 [examples, labels]. */
  readonly predictions: NdArray;
  /** [examples], or [examples, labels] for several labels at once. */
  readonly labelIds: NdArray;
}

export interface PredictionOutput {
  readonly predictions: NdArray;
  /**
   * [examples], or [examples, labels] for several labels at once; of shape [0] when the dataset has
   * no labels.
   */
  readonly labelIds: NdArray;
  /** `test_loss`, run times, and what `computeMetrics` returns, with the prefix. */
  readonly metrics: LogEntry;
}

export interface TrainOutput {
  readonly globalStep: number;
  /** Mean loss over all steps. */
  readonly trainingLoss: number;
  /**
   * `train_runtime`, `train_samples_per_second`, `train_steps_per_second`, `total_flos`,
   * `train_loss`, `epoch`.
   */
  readonly metrics: LogEntry;
}

/** A tokenizer that pads batches and can be saved beside the model. */
export type ProcessingClass = PaddingTokenizer & SavableProcessor;

export interface TrainerOptions {
  /** The model to train: any module whose `forward(batch)` returns `{ loss, logits }`. */
  model: TrainableModel;
  /** Default: `new TrainingArguments()`. */
  args?: TrainingArguments;
  trainDataset?: TrainerDataset;
  evalDataset?: TrainerDataset;
  /**
   * Makes a batch from examples. Default: padding to the longest when `processingClass` is given,
   * else plain stacking.
   */
  dataCollator?: DataCollator;
  /** The tokenizer: pads batches and is saved with the model. */
  processingClass?: ProcessingClass;
  /** Metrics from logits and labels, called after each evaluation. */
  computeMetrics?: (prediction: EvalPrediction) => Record<string, number> | Promise<Record<string, number>>;
  /** Called after the built-in ones. */
  callbacks?: readonly TrainerCallback[];
  /** The GPU that the model is on. Default: the default device. */
  device?: Device;
}

/**
 * Trains and evaluates a model. Behaviour, log keys and files are those of `transformers.Trainer`.
 */
export class Trainer {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
  readonly trainDataset: TrainerDataset | undefined;
  readonly evalDataset: TrainerDataset | undefined;
  readonly processingClass: ProcessingClass | undefined;
  readonly #collate: DataCollator;
  readonly #computeMetrics: TrainerOptions['computeMetrics'];
  readonly #callbacks: CallbackList;
  readonly #control = new TrainerControl();
  readonly #labelName: string;
  readonly #toldDropped = new Set<string>();
  #device: Device | undefined;
  #state = new TrainerState();

  /**
   * @throws TrainingArgumentsError when arguments and datasets contradict each other
   */
  constructor(options: TrainerOptions) {
    this.model = options.model;
    this.args = options.args ?? new TrainingArguments();
    if (!(this.args instanceof TrainingArguments))
      throw new TrainingArgumentsError('args must be a TrainingArguments: new TrainingArguments(outputDir, { … })');
    if (typeof this.model?.forward !== 'function')
      throw new TrainerError('Trainer needs a model: a module whose forward(batch) returns { loss, logits }');
    if (!Array.isArray(this.model.inputNames)) {
      throw new TrainerError(
        'the model has no inputNames: a base model without a head cannot be trained; use AutoModelForSequenceClassification',
      );
    }
    this.trainDataset = options.trainDataset;
    this.evalDataset = options.evalDataset;
    this.processingClass = options.processingClass;
    this.#device = options.device;
    this.#computeMetrics = options.computeMetrics;
    this.#collate =
      options.dataCollator ??
      (options.processingClass
        ? new DataCollatorWithPadding({ tokenizer: options.processingClass })
        : defaultDataCollator);
    this.#labelName = this.args.labelNames?.[0] ?? 'labels';
    if (this.args.evalStrategy !== 'no' && !this.evalDataset) {
      throw new TrainingArgumentsError(
        `evalStrategy is '${this.args.evalStrategy}' but no evalDataset was given: pass one, or set evalStrategy to 'no'`,
      );
    }
    setSeed(this.args.seed);
    this.#callbacks = new CallbackList(
      [new DefaultFlowCallback(), ...(options.callbacks ?? []), new ProgressCallback()],
      this.args,
      () => this.#state,
      this.#control,
    );
  }

  /** Where the run stands, and its log. */
  get state(): TrainerState {
    return this.#state;
  }

  addCallback(callback: TrainerCallback): void {
    this.#callbacks.callbacks.push(callback);
  }

  /**
   * Trains the model.
   *
   * @throws NonFiniteLossError when loss or gradient is NaN or infinite; the weights are then those
   *   of the last good step
   * @throws TrainerDatasetError, SaveError, and the GPU's own errors
   */
  async train(): Promise<TrainOutput> {
    const { args, model } = this;
    if (!this.trainDataset) throw new TrainerDatasetError('train() needs a trainDataset');
    await this.#checkOutputFolder();
    const device = await this.#openDevice();
    const dataset = this.#modelColumns(this.trainDataset, 'train');
    const loader = this.#trainLoader(dataset);
    const plan = planRun(args, loader.length);
    const learningRateAt = getScheduler(args.lrSchedulerType, {
      baseLearningRate: args.learningRate,
      numWarmupSteps: plan.warmupSteps,
      numTrainingSteps: plan.maxSteps,
      kwargs: args.lrSchedulerKwargs,
    });
    using optimizer = new AdamW({
      groups: parameterGroups(model, args.weightDecay),
      betas: [args.adamBeta1, args.adamBeta2],
      epsilon: args.adamEpsilon,
      maxGradNorm: args.maxGradNorm,
      learningRates: Float64Array.from({ length: plan.maxSteps }, (_, step) => learningRateAt(step)),
      ...(args.fp16 && { fp16: true, lossScale: {} }),
      device,
    });
    this.#beginState(plan);
    const runner = new UpdateRunner({
      model,
      optimizer,
      device,
      labelName: this.#labelName,
      labelSmoothingFactor: args.labelSmoothingFactor,
      fp16: args.fp16,
      seed: args.seed,
    });
    const meter = new LossMeter();
    const afterStep = () => this.#logEvaluateSave({ runner, meter, optimizer, learningRateAt });
    const flosPerToken = 6 * parametersWithoutEmbeddings(model);
    const began = performance.now();

    model.train();
    optimizer.zeroGrad();
    await this.#callbacks.call('onTrainBegin');
    if (args.evalOnStart) await this.evaluate();
    for (let epoch = 0; epoch < plan.numTrainEpochs && !this.#control.shouldTrainingStop; epoch++) {
      loader.setEpoch(epoch);
      this.#control.shouldEpochStop = false;
      await this.#callbacks.call('onEpochBegin');
      let batchesDone = 0;
      for await (const batches of groupsOf(loader, args.gradientAccumulationSteps)) {
        if (this.#state.globalStep === 0)
          await showPreparation(args.disableTqdm, (onProgress) => runner.prepare(batches, onProgress));
        await this.#callbacks.call('onStepBegin');
        await runner.run(batches, this.#state.globalStep, async (index) => {
          if (index < batches.length - 1) await this.#callbacks.call('onSubstepEnd');
          else await this.#callbacks.call('onPreOptimizerStep');
        });
        await this.#callbacks.call('onOptimizerStep');
        batchesDone += batches.length;
        this.#state.globalStep += 1;
        this.#state.epoch = epoch + batchesDone / loader.length;
        this.#state.totalFlos += flosPerToken * batches.reduce((sum, batch) => sum + countTokens(batch), 0);
        await this.#callbacks.call('onStepEnd', contextOf(runner));
        await afterStep();
        if (this.#control.shouldEpochStop || this.#control.shouldTrainingStop) break;
      }
      await this.#callbacks.call('onEpochEnd');
      await afterStep();
    }
    await runner.drain();

    const seconds = (performance.now() - began) / 1000;
    const numSamples =
      args.maxSteps > 0
        ? plan.maxSteps * args.perDeviceTrainBatchSize * args.gradientAccumulationSteps
        : dataset.length * args.numTrainEpochs;
    const trainingLoss = runner.completed.lossSum / Math.max(1, runner.completed.count);
    const metrics = {
      ...speedMetrics('train', seconds, numSamples, this.#state.globalStep),
      total_flos: this.#state.totalFlos,
      train_loss: trainingLoss,
    };
    await this.#log(metrics);
    await this.#callbacks.call('onTrainEnd', contextOf(runner));
    return { globalStep: this.#state.globalStep, trainingLoss, metrics: { ...metrics, epoch: this.#state.epoch } };
  }

  /**
   * Loss and metrics on a dataset, logged: `eval_loss`, what `computeMetrics` returns, and run
   * times.
   *
   * @param dataset default: `evalDataset`
   */
  async evaluate(dataset?: TrainerDataset, metricKeyPrefix = 'eval'): Promise<LogEntry> {
    const chosen = dataset ?? this.evalDataset;
    if (!chosen)
      throw new TrainerDatasetError('evaluate() needs a dataset: pass one, or give the Trainer an evalDataset');
    const { metrics } = await this.#evaluationLoop(chosen, metricKeyPrefix);
    const entry = { ...metrics, epoch: this.#state.epoch };
    await this.#log(metrics);
    await this.#callbacks.call('onEvaluate', { metrics: entry });
    return entry;
  }

  /**
   * Logits, labels and metrics for a dataset. Nothing is logged. Rows without a label (-1 or -100)
   * add to no loss.
   */
  async predict(dataset: TrainerDataset, metricKeyPrefix = 'test'): Promise<PredictionOutput> {
    const { output, metrics } = await this.#evaluationLoop(dataset, metricKeyPrefix);
    await this.#callbacks.call('onPredict', { metrics });
    return {
      predictions: output.predictions,
      labelIds: output.labelIds ?? new NdArray(new Int32Array(0), [0]),
      metrics,
    };
  }

  /** Writes model and tokenizer. Default folder: the output folder. */
  async saveModel(outputDir = this.args.outputDir): Promise<void> {
    await writeModel(outputDir, this);
  }

  /** Writes `trainer_state.json` into the output folder. */
  async saveState(): Promise<void> {
    const { outputDir } = this.args;
    await saving(outputDir, () =>
      files.writeFile(`${outputDir}/trainer_state.json`, `${JSON.stringify(this.#state, null, 2)}\n`),
    );
  }

  async #openDevice(): Promise<Device> {
    this.#device ??= await defaultDevice();
    await selfTest(this.#device, (warning) => terminal.writeLine(warning));
    return this.#device;
  }

  /** An output folder that cannot be written is told before the first step, not after the last. */
  async #checkOutputFolder(): Promise<void> {
    const { outputDir, saveStrategy } = this.args;
    if (saveStrategy === 'no') return;
    await saving(outputDir, async () => {
      const probe = `${outputDir}/.writable`;
      await files.writeFile(probe, '');
      await files.removeFolder(probe);
    });
  }

  #modelColumns(dataset: TrainerDataset, role: string): TrainerDataset {
    const { args, model } = this;
    if (!args.removeUnusedColumns) {
      if (dataset.length === 0) throw new TrainerDatasetError(`the ${role} dataset has no rows`);
      return dataset;
    }
    const { kept, dropped } = keepModelColumns(dataset, model, args.labelNames ?? [], role);
    const news = dropped.filter((name) => !this.#toldDropped.has(name));
    if (news.length > 0) {
      for (const name of news) this.#toldDropped.add(name);
      terminal.writeLine(`Columns that the model does not read are left out: ${news.join(', ')}.`);
    }
    return kept;
  }

  #trainLoader(dataset: TrainerDataset): DataLoader {
    const { args } = this;
    const numSamples = dataset.length;
    const order = (epoch: number) => new Mt19937((args.dataSeed ?? args.seed) + epoch).randperm(numSamples);
    return new DataLoader({
      dataset,
      batchSize: args.perDeviceTrainBatchSize,
      sampler:
        args.trainSamplingStrategy === 'random'
          ? new RandomSampler({ numSamples, order })
          : new SequentialSampler({ numSamples }),
      collate: this.#collate,
      dropLast: args.dataloaderDropLast,
    });
  }

  #beginState(plan: RunSchedule): void {
    const state = new TrainerState();
    state.maxSteps = plan.maxSteps;
    state.numTrainEpochs = plan.numTrainEpochs;
    state.trainBatchSize = this.args.perDeviceTrainBatchSize;
    state.loggingSteps = plan.loggingSteps;
    state.evalSteps = plan.evalSteps;
    state.saveSteps = plan.saveSteps;
    state.headSeed = this.model.headSeed ?? null;
    this.#state = state;
    Object.assign(this.#control, new TrainerControl());
  }

  async #logEvaluateSave(run: {
    runner: UpdateRunner;
    meter: LossMeter;
    optimizer: AdamW;
    learningRateAt: (step: number) => number;
  }): Promise<void> {
    const { runner, meter, optimizer, learningRateAt } = run;
    const control = this.#control;
    const { shouldLog, shouldEvaluate, shouldSave } = control;
    if (!shouldLog && !shouldEvaluate && !shouldSave) return;
    control.shouldLog = control.shouldEvaluate = control.shouldSave = false;
    await runner.drain();
    const { last } = runner.completed;
    const schedulerStep = last ? last.step + Number(last.finite) : 0;
    const alreadyLogged = this.#state.logHistory.some(
      (entry) => entry['step'] === this.#state.globalStep && 'loss' in entry,
    );
    if (shouldLog && last && !alreadyLogged) {
      await this.#log({
        loss: meter.take(runner.completed),
        grad_norm: last.gradNorm,
        learning_rate: last.learningRate,
      });
    }
    if (shouldEvaluate) await this.evaluate();
    if (shouldSave) {
      await writeCheckpoint({
        model: this.model,
        ...(this.processingClass && { processingClass: this.processingClass }),
        args: this.args,
        state: this.#state,
        optimizer,
        // Skipped updates use no step of the schedule up.
        schedulerStep,
        learningRate: learningRateAt(schedulerStep),
      });
      if (this.args.saveTotalLimit !== null) await rotateCheckpoints(this.args.outputDir, this.args.saveTotalLimit);
      await this.#callbacks.call('onSave');
    }
  }

  async #log(entry: LogEntry): Promise<void> {
    const logs = { ...entry, epoch: this.#state.epoch };
    this.#state.logHistory.push({ ...logs, step: this.#state.globalStep });
    await this.#callbacks.call('onLog', { logs });
  }

  async #evaluationLoop(
    dataset: TrainerDataset,
    prefix: string,
  ): Promise<{ output: EvaluationOutput; metrics: LogEntry }> {
    const device = await this.#openDevice();
    const kept = this.#modelColumns(dataset, 'evaluation');
    const loader = new DataLoader({
      dataset: kept,
      batchSize: this.args.perDeviceEvalBatchSize,
      sampler: new SequentialSampler({ numSamples: kept.length }),
      collate: this.#collate,
      dropLast: false,
    });
    const began = performance.now();
    const output = await evaluationLoop({
      model: this.model,
      device,
      loader,
      labelName: this.#labelName,
      labelSmoothingFactor: this.args.labelSmoothingFactor,
      afterBatch: () => this.#callbacks.call('onPredictionStep', { numBatches: loader.length }),
    });
    const seconds = (performance.now() - began) / 1000;
    const { predictions, labelIds, loss } = output;
    const computed =
      this.#computeMetrics && labelIds && loss !== null ? await this.#computeMetrics({ predictions, labelIds }) : {};
    const prefixed = Object.fromEntries(
      Object.entries(computed).map(([name, value]) => [
        name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`,
        value,
      ]),
    );
    return {
      output,
      metrics: {
        ...(loss !== null && { [`${prefix}_loss`]: loss }),
        ...prefixed,
        ...speedMetrics(prefix, seconds, output.numExamples, output.numBatches),
      },
    };
  }
}

function contextOf({ completed: { examples, last } }: UpdateRunner): CallbackContext {
  if (!last) return { examplesSeen: examples };
  const { update: step, loss, gradNorm, learningRate } = last;
  return { examplesSeen: examples, completed: { step, loss, gradNorm, learningRate } };
}

/** Batches in groups of `size`; the last group may be smaller. */
async function* groupsOf<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}
