import { join } from 'node:path';
import type { BertForSequenceClassification } from '@attune/bert';
import { DataCollatorWithPadding } from '@attune/data';
import type { Dataset } from '@attune/data';
import { writeFileAtomic } from '@attune/platform';
import { defaultDevice } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import { EarlyStoppingCallback, Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainOptions as ResumeOptions } from '@attune/trainer';
import type { TrainOptions } from '../cli/options.ts';
import { predictCommand } from '../cli/pasteable.ts';
import type { Shell } from '../cli/pasteable.ts';
import { reportHtml } from '../report/html.ts';
import { chooseSource } from '../sources/choose.ts';
import type { LabelledRow, TrainingSource } from '../sources/source.ts';
import { CurveCallback } from './curveCallback.ts';
import { PaddingCounter } from './paddingCounter.ts';
import { examplesOf } from './examples.ts';
import { saveSomewhere } from './saveModel.ts';
import { comparedWithBaselines, metricsInWords, percent, scoreBaselines, scorerFor } from './scores.ts';
import type { Scorer, Scores } from './scores.ts';

/** The result of a run, as `--json` prints it. */
export interface TrainResult {
  readonly model: string;
  readonly dataset: string;
  readonly adapter: string;
  readonly software: boolean;
  readonly trainExamples: number;
  readonly validationExamples: number;
  readonly steps: number;
  readonly trainLoss: number;
  readonly model_scores: Scores;
  readonly baselines: readonly Scores[];
  readonly examplesPerSecond: number;
  /** Fraction of all positions that was padding and not computed. */
  readonly paddingAvoided: number;
  readonly peakMemoryBytes: number;
  /** Of the process until the end of training; includes GPU memory on a software adapter. */
  readonly peakProcessBytes: number;
  readonly trainSeconds: number;
  /** From the start of the process, including compilation of kernels. */
  readonly secondsToFirstStep: number;
  readonly totalSeconds: number;
  readonly output: string;
  readonly report: string;
}

type Say = (line: string) => void;

/** Commands that are printed for pasting. */
interface Commands {
  readonly shell: Shell;
  /** Resumes a run that was stopped. */
  readonly toResume: string;
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** Trains, evaluates, saves and reports. */
export async function train(options: TrainOptions, say: Say, commands: Commands): Promise<TrainResult> {
  const began = performance.now();
  const device = await defaultDevice();
  const job = await load(options, device, say);
  using _model = job.model;
  const run = await trainModel(job, device, {
    resumeFromCheckpoint: options.resume,
    howToResume: commands.toResume,
  });
  const output = await saveSomewhere(options.output, (folder) => run.save(folder), say);
  const { source, args, baselines } = job;
  const result: TrainResult = {
    model: source.modelName,
    dataset: source.datasetName,
    adapter: job.adapter,
    software: device.info.software,
    trainExamples: source.train.length,
    validationExamples: source.validation.length,
    ...run.figures,
    model_scores: run.scores,
    baselines,
    totalSeconds: (performance.now() - began) / 1000,
    output,
    report: join(output, 'report.html'),
  };
  await writeFileAtomic(
    result.report,
    reportHtml({
      title: `${source.modelName} on ${source.datasetName}`,
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      headline: `${headline(result)} ${comparedWithBaselines(run.scores, baselines)}`,
      settings: settingsOf(result, args),
      losses: run.curve.losses,
      evaluations: run.curve.evaluations,
      baselines,
      examples: source.labelNames ? examplesOf(source, source.labelNames, run.logits) : [],
    }),
  );
  tellResult(result, run, job, say, commands.shell);
  return result;
}

interface Job {
  readonly source: TrainingSource;
  readonly adapter: string;
  readonly model: BertForSequenceClassification;
  readonly trainDataset: Dataset;
  readonly evalDataset: Dataset;
  readonly scorer: Scorer;
  readonly baselines: readonly Scores[];
  readonly args: TrainingArguments;
  readonly earlyStopping: number | null;
}

/** Model, encoded datasets, arguments, and baselines. */
async function load(options: TrainOptions, { info }: Device, say: Say): Promise<Job> {
  const adapter = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
  say(`Adapter: ${adapter}.`);
  const source = await chooseSource(options, info, say);
  const { tokenizer } = source;
  say(
    `Model: ${source.modelName}. Dataset: ${source.datasetName}, ${source.train.length} examples to train on, ${source.validation.length} to validate.`,
  );
  const scorer = await scorerFor(source);
  const baselines = scoreBaselines(source, scorer);
  for (const { name, metrics } of baselines) say(`Baseline, ${name}: ${metricsInWords(metrics)}.`);

  const encode = (dataset: Dataset<LabelledRow>) =>
    dataset.map(
      (batch) => tokenizer(batch.sentence1, source.pairs ? (batch.sentence2 as string[]) : null, { truncation: true }),
      { batched: true, removeColumns: source.pairs ? ['sentence1', 'sentence2'] : ['sentence1'] },
    );
  const args = new TrainingArguments(options.output, {
    evalStrategy: 'epoch',
    loggingStrategy: 'epoch',
    saveStrategy: 'epoch',
    saveTotalLimit: 1,
    loadBestModelAtEnd: options.best,
    ...source.defaults,
    logFormat: options.jsonLines ? 'json' : 'text',
    seed: options.seed,
    fp16: options.fp16,
    ...(options.epochs !== null && { numTrainEpochs: options.epochs }),
    ...(options.maxSteps !== null && { maxSteps: options.maxSteps }),
    ...(options.batchSize !== null && { perDeviceTrainBatchSize: options.batchSize }),
    ...(options.learningRate !== null && { learningRate: options.learningRate }),
  });
  const [trainDataset, evalDataset] = [await encode(source.train), await encode(source.validation)];
  const model = await source.createModel(options.seed);
  return {
    source,
    adapter,
    model,
    trainDataset,
    evalDataset,
    scorer,
    baselines,
    args,
    earlyStopping: options.earlyStopping,
  };
}

/** Trains and evaluates; returns figures, scores and a way to save. */
async function trainModel(job: Job, device: Device, resuming: ResumeOptions) {
  const { source, model, args, evalDataset, scorer } = job;
  const padding = new PaddingCounter(new DataCollatorWithPadding({ tokenizer: source.tokenizer }));
  const curve = new CurveCallback();
  const answersOf = (predictions: { argmax(axis: number): { data: Iterable<number> }; data: Iterable<number> }) =>
    source.labelNames ? [...predictions.argmax(-1).data] : [...predictions.data];
  const trainer = new Trainer({
    model,
    args,
    trainDataset: job.trainDataset,
    evalDataset,
    processingClass: source.tokenizer,
    dataCollator: padding.collate,
    computeMetrics: ({ predictions, labelIds }) => scorer(answersOf(predictions), [...labelIds.data]),
    callbacks:
      job.earlyStopping === null
        ? [curve]
        : [curve, new EarlyStoppingCallback({ earlyStoppingPatience: job.earlyStopping })],
  });
  await trainer.checkOutputFolder();
  device.resetPeakMemory();
  const { globalStep, trainingLoss, metrics } = await trainer.train(resuming);
  const { peakBytes } = device.memory;
  const { predictions } = await trainer.predict(evalDataset);
  return {
    curve,
    logits: predictions.data as ArrayLike<number>,
    scores: { name: 'this model', metrics: scorer(answersOf(predictions), source.validation.column('label')) },
    figures: {
      steps: globalStep,
      trainLoss: trainingLoss,
      examplesPerSecond: metrics['train_samples_per_second'] ?? NaN,
      paddingAvoided: padding.paddingShare,
      peakMemoryBytes: peakBytes,
      peakProcessBytes: 1024 * process.resourceUsage().maxRSS,
      trainSeconds: metrics['train_runtime'] ?? NaN,
      secondsToFirstStep: curve.secondsToFirstStep,
    },
    async save(folder: string) {
      await trainer.saveModel(folder);
      const state = `${JSON.stringify(trainer.state, null, 2)}\n`;
      await writeFileAtomic(join(folder, 'trainer_state.json'), state);
    },
  };
}

const headline = ({ model_scores: { metrics }, validationExamples }: TrainResult) =>
  `This model: ${metricsInWords(metrics)} on ${validationExamples} examples it has not seen.`;

type Run = Awaited<ReturnType<typeof trainModel>>;

function tellResult(result: TrainResult, { curve, scores }: Run, { source, args }: Job, say: Say, shell: Shell): void {
  const best = curve.lowestLossBeforeTheLast();
  if (best && !args.loadBestModelAtEnd)
    say(
      `The validation loss was lowest after epoch ${best.epoch.toFixed(2).replace(/\.00$/, '')} (${best.loss.toFixed(4)}); what is saved is the model after the last. --best keeps that one instead.`,
    );
  const { steps, trainSeconds, examplesPerSecond, secondsToFirstStep, paddingAvoided } = result;
  say(
    `${steps} steps in ${trainSeconds.toFixed(1)} s, ${examplesPerSecond.toFixed(1)} examples/s, the first ${secondsToFirstStep.toFixed(1)} s after the start; ${percent(paddingAvoided)} of the places in batches were padding and not computed; at most ${megabytes(result.peakMemoryBytes)} of GPU memory, ${megabytes(result.peakProcessBytes)} of the process.`,
  );
  say(`Saved in ${result.output}; report: ${result.report}.`);
  const { sentence1, sentence2 } = source.validation.at(0);
  const texts = source.pairs ? [sentence1, sentence2 ?? ''] : [sentence1];
  say(`Try it: ${predictCommand(result.output, texts, shell)}`);
  say(`${headline(result)} ${comparedWithBaselines(scores, result.baselines)}`);
}

function settingsOf(result: TrainResult, args: TrainingArguments): [string, string][] {
  return [
    ['Model', result.model],
    [
      'Dataset',
      `${result.dataset}: ${result.trainExamples} examples to train on, ${result.validationExamples} to validate`,
    ],
    ['Adapter', result.adapter],
    ['Epochs', String(args.numTrainEpochs)],
    ['Batch size', String(args.perDeviceTrainBatchSize)],
    ['Precision', args.fp16 ? 'f16 with f32 sums' : 'f32'],
    ['Learning rate', `${args.learningRate}, ${args.lrSchedulerType}`],
    ['Seed', String(args.seed)],
    ['Steps', String(result.steps)],
    ['Time', `${result.trainSeconds.toFixed(1)} s, ${result.examplesPerSecond.toFixed(1)} examples/s`],
    ['Padding not computed', percent(result.paddingAvoided)],
    ['Peak GPU memory', megabytes(result.peakMemoryBytes)],
    ['Peak memory of the process', megabytes(result.peakProcessBytes)],
  ];
}
