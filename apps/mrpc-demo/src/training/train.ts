import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataCollatorWithPadding } from '@attune/data';
import type { Dataset } from '@attune/data';
import * as evaluate from '@attune/evaluate';
import { defaultDevice } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { bagOfWordsPredictions } from '../baselines/bagOfWords.ts';
import { majorityPredictions } from '../baselines/majority.ts';
import type { TrainOptions } from '../cli/options.ts';
import { reportHtml } from '../report/html.ts';
import type { ReportExample } from '../report/reportData.ts';
import { chooseSource } from '../sources/choose.ts';
import type { PairRow, TrainingSource } from '../sources/source.ts';
import { CurveCallback } from './curveCallback.ts';
import { PaddingCounter } from './paddingCounter.ts';

/** Scores on the validation set. */
export interface Scores {
  readonly name: string;
  readonly accuracy: number;
  /** Of the positive class; null when there are more than two. */
  readonly f1: number | null;
}

/** What a run gave, as `--json` prints it. */
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
  /** Part of the rectangle of tokens that was padding and not computed. */
  readonly paddingAvoided: number;
  readonly peakMemoryBytes: number;
  readonly trainSeconds: number;
  /** From the start of the process, kernels compiled on the way. */
  readonly secondsToFirstStep: number;
  readonly totalSeconds: number;
  readonly output: string;
  readonly report: string;
}

const percent = (part: number) => `${(100 * part).toFixed(1)}%`;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** Trains, evaluates, saves and reports. */
export async function train(options: TrainOptions, say: (line: string) => void): Promise<TrainResult> {
  const began = performance.now();
  const device = await defaultDevice();
  const { info } = device;
  const adapter = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ');
  say(`Adapter: ${adapter}.`);
  const source = await chooseSource(options, info, say);
  const { tokenizer, labelNames } = source;
  say(
    `Model: ${source.modelName}. Dataset: ${source.datasetName}, ${source.train.length} pairs to train on, ${source.validation.length} to validate.`,
  );

  const scoresOf = await scorerFor(labelNames.length);
  const baselines = scoreBaselines(source, scoresOf);
  for (const { name, accuracy, f1 } of baselines)
    say(`Baseline, ${name}: accuracy ${percent(accuracy)}${f1 === null ? '' : `, F1 ${percent(f1)}`}.`);

  const encode = (dataset: Dataset<PairRow>) =>
    dataset.map((batch) => tokenizer(batch.sentence1, batch.sentence2, { truncation: true }), {
      batched: true,
      removeColumns: ['sentence1', 'sentence2'],
    });
  const [trainDataset, evalDataset] = [await encode(source.train), await encode(source.validation)];

  const model = await source.createModel(options.seed);
  const padding = new PaddingCounter(new DataCollatorWithPadding({ tokenizer }));
  const curve = new CurveCallback();
  const args = new TrainingArguments(options.output, {
    evalStrategy: 'epoch',
    loggingStrategy: 'epoch',
    saveStrategy: 'no',
    ...source.defaults,
    seed: options.seed,
    fp16: options.fp16,
    ...(options.epochs !== null && { numTrainEpochs: options.epochs }),
    ...(options.maxSteps !== null && { maxSteps: options.maxSteps }),
    ...(options.batchSize !== null && { perDeviceTrainBatchSize: options.batchSize }),
    ...(options.learningRate !== null && { learningRate: options.learningRate }),
  });
  const trainer = new Trainer({
    model,
    args,
    trainDataset,
    evalDataset,
    processingClass: tokenizer,
    dataCollator: padding.collate,
    computeMetrics: ({ predictions, labelIds }) => scoresOf([...predictions.argmax(-1).data], [...labelIds.data]),
    callbacks: [curve],
  });
  device.resetPeakMemory();
  const { globalStep, trainingLoss, metrics } = await trainer.train();
  const { peakBytes } = device.memory;

  const { predictions } = await trainer.predict(evalDataset);
  const predicted = [...predictions.argmax(-1).data];
  const scores = { name: 'this model', ...scoresOf(predicted, source.validation.column('label')) };
  await trainer.saveModel(options.output);
  await trainer.saveState();

  const trainSeconds = metrics['train_runtime'] ?? NaN;
  const examplesPerSecond = metrics['train_samples_per_second'] ?? NaN;
  const totalSeconds = (performance.now() - began) / 1000;
  const report = join(options.output, 'report.html');
  const result: TrainResult = {
    model: source.modelName,
    dataset: source.datasetName,
    adapter,
    software: info.software,
    trainExamples: source.train.length,
    validationExamples: source.validation.length,
    steps: globalStep,
    trainLoss: trainingLoss,
    model_scores: { ...scores, f1: scores.f1 ?? null },
    baselines,
    examplesPerSecond,
    paddingAvoided: padding.paddingShare,
    peakMemoryBytes: peakBytes,
    trainSeconds,
    secondsToFirstStep: curve.secondsToFirstStep,
    totalSeconds,
    output: options.output,
    report,
  };
  await writeFile(
    report,
    reportHtml({
      title: `${source.modelName} on ${source.datasetName}`,
      date: new Date().toISOString().slice(0, 16).replace('T', ' '),
      settings: settingsOf(result, args),
      losses: curve.losses,
      evaluations: curve.evaluations,
      baselines: baselines.map(({ name, accuracy, f1 }) => ({ name, accuracy, f1 })),
      examples: examplesOf(source, predicted, predictions.data, labelNames),
    }),
  );

  say(
    `This model: accuracy ${percent(scores.accuracy)}${scores.f1 === undefined ? '' : `, F1 ${percent(scores.f1)}`} on ${source.validation.length} pairs it has not seen.`,
  );
  say(
    `${globalStep} steps in ${trainSeconds.toFixed(1)} s, ${examplesPerSecond.toFixed(1)} examples/s, the first ${curve.secondsToFirstStep.toFixed(1)} s after the start; ${percent(padding.paddingShare)} of the places in batches were padding and not computed; peak GPU memory ${megabytes(peakBytes)}.`,
  );
  say(`Saved in ${options.output}; report: ${report}.`);
  say(
    `Try it: npm run demo -- predict --model ${options.output} "${source.validation.at(0).sentence1}" "${source.validation.at(0).sentence2}"`,
  );
  model.dispose();
  return result;
}

type Scorer = (predictions: readonly number[], references: readonly number[]) => { accuracy: number; f1?: number };

/** Accuracy, and with two labels F1, as GLUE's MRPC is scored. */
async function scorerFor(numLabels: number): Promise<Scorer> {
  const metric = await (numLabels === 2 ? evaluate.load('glue', 'mrpc') : evaluate.load('accuracy'));
  return (predictions, references) => metric.compute({ predictions, references });
}

function scoreBaselines({ train: trainRows, validation }: TrainingSource, scoresOf: Scorer): Scores[] {
  const [rows, unseen] = [trainRows.toRows(), validation.toRows()];
  const references = unseen.map(({ label }) => label);
  const score = (name: string, predictions: readonly number[]): Scores => {
    const { accuracy, f1 = null } = scoresOf(predictions, references);
    return { name, accuracy, f1 };
  };
  return [
    score(
      'most frequent label',
      majorityPredictions(
        rows.map(({ label }) => label),
        unseen.length,
      ),
    ),
    score('bag of words', bagOfWordsPredictions(rows, unseen)),
  ];
}

function settingsOf(result: TrainResult, args: TrainingArguments): [string, string][] {
  return [
    ['Model', result.model],
    [
      'Dataset',
      `${result.dataset}: ${result.trainExamples} pairs to train on, ${result.validationExamples} to validate`,
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
  ];
}

function examplesOf(
  { validation }: TrainingSource,
  predicted: readonly number[],
  logits: ArrayLike<number>,
  labelNames: readonly string[],
): ReportExample[] {
  const count = labelNames.length;
  return validation.toRows().map(({ sentence1, sentence2, label }, row) => {
    const own = Array.from({ length: count }, (_, index) => logits[row * count + index] as number);
    const largest = Math.max(...own);
    const probability = 1 / own.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    const nameOf = (index: number) => labelNames[index] ?? String(index);
    return { sentence1, sentence2, label: nameOf(label), predicted: nameOf(predicted[row] ?? 0), probability };
  });
}
