import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainableModel } from '../model.ts';
import type { LogEntry, LogValue } from '../state/trainerState.ts';
import { metadataOf } from './metadata.ts';
import { listOf } from './options.ts';
import type { ModelCardOptions } from './options.ts';
import { resultsOf } from './results.ts';
import type { EvaluationRow } from './results.ts';

/** The run that a card is about. */
export interface DescribedRun {
  readonly args: TrainingArguments;
  readonly model: TrainableModel;
  readonly logHistory: readonly LogEntry[];
  /** Rows to train and to evaluate on; undefined where there are none. */
  readonly trainExamples: number | undefined;
  readonly evalExamples: number | undefined;
  /** Versions of the software by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Makes the README.md of a trained model, with front matter for the hub and the sections of
 * `transformers`' card. It states only what is known.
 */
export async function modelCard(options: ModelCardOptions, run: DescribedRun): Promise<string> {
  const { finetunedFrom, datasetTags, dataset = datasetTags } = options;
  const { args, trainExamples, evalExamples, versions } = run;
  const name = options.modelName ?? (args.outputDir.split(/[/\\]/).findLast((part) => part !== '') as string);
  const { rows, last } = resultsOf(run.logHistory);
  const data = [
    ...(trainExamples === undefined ? [] : [`${trainExamples} examples to train on`]),
    ...(evalExamples === undefined ? [] : [`${evalExamples} to evaluate on`]),
  ];
  const origin = finetunedFrom
    ? `is a fine-tuned version of [${finetunedFrom}](https://huggingface.co/${finetunedFrom})`
    : 'was trained';
  return [
    `---\n${await metadataOf({ ...options, modelName: name }, run.model, last)}---`,
    '<!-- This model card was written by the Trainer from what it knows. Read it, complete it, and remove this comment. -->',
    `# ${name}`,
    [
      `This model ${origin} on ${inWords(listOf(dataset))}.`,
      ...(last ? ['It achieves the following results on the evaluation set:', ...bullets(last)] : []),
    ].join('\n'),
    '## Model description',
    unknown,
    '## Intended uses & limitations',
    unknown,
    '## Training and evaluation data',
    data.length > 0 ? `${data.join(', ')}.` : unknown,
    '## Training procedure',
    '### Training hyperparameters',
    ['The following hyperparameters were used during training:', ...bullets(hyperparametersOf(args))].join('\n'),
    ...(rows.length > 0 ? ['### Training results', table(rows)] : []),
    '### Framework versions',
    Object.entries(versions)
      .map(([what, version]) => `- ${what} ${version}`)
      .join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

const unknown = 'More information needed';

function inWords(names: readonly string[]): string {
  const [last, ...before] = names.toReversed();
  if (last === undefined) return 'an unknown dataset';
  if (before.length === 0) return `the ${last} dataset`;
  return `${before
    .toReversed()
    .map((name) => `the ${name}`)
    .join(', ')} and the ${last} datasets`;
}

const bullets = (values: Readonly<Record<string, LogValue | undefined>>): string[] =>
  Object.entries(values).map(([name, value]) => `- ${name}: ${shortened(value)}`);

/** At most four decimals. */
function shortened(value: LogValue | undefined): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  return /\.\d{5}/.test(String(value)) ? value.toFixed(4) : pythonNumber(value);
}

/** Small numbers as Python has them: `5e-05`. */
const pythonNumber = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(value);

/** The hyperparameters of a run, under the names of `transformers`' cards. */
function hyperparametersOf(args: TrainingArguments): Record<string, LogValue> {
  const { perDeviceTrainBatchSize: batchSize, gradientAccumulationSteps: accumulation } = args;
  const betas = `(${pythonNumber(args.adamBeta1)},${pythonNumber(args.adamBeta2)})`;
  const isAdam = args.optim.includes('adam');
  return {
    learning_rate: pythonNumber(args.learningRate),
    train_batch_size: batchSize,
    eval_batch_size: args.perDeviceEvalBatchSize,
    seed: args.seed,
    ...(accumulation > 1 && {
      gradient_accumulation_steps: accumulation,
      total_train_batch_size: batchSize * accumulation,
    }),
    optimizer: isAdam ? `${args.optim} with betas=${betas} and epsilon=${pythonNumber(args.adamEpsilon)}` : args.optim,
    ...(args.weightDecay > 0 && { weight_decay: args.weightDecay }),
    lr_scheduler_type: args.lrSchedulerType,
    ...(args.warmupSteps > 0 && { lr_scheduler_warmup_steps: args.warmupSteps }),
    ...(args.maxSteps > 0 ? { training_steps: args.maxSteps } : { num_epochs: args.numTrainEpochs }),
    ...(args.fp16 && { mixed_precision_training: 'f16 with f32 sums and weights' }),
    ...(args.labelSmoothingFactor > 0 && { label_smoothing_factor: args.labelSmoothingFactor }),
  };
}

/** A table whose columns fit their cells. */
function table(rows: readonly EvaluationRow[]): string {
  const titles = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => titles.map((title) => cell(title, row[title])));
  const widths = titles.map((title, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length as number)),
  );
  const line = (values: readonly string[]) =>
    `| ${values.map((value, index) => value.padEnd(widths[index] as number)).join(' | ')} |`;
  const rule = `|${widths.map((width) => `:${'-'.repeat(width)}:`).join('|')}|`;
  return [line(titles), rule, ...cells.map(line)].join('\n');
}

/** Epochs always have a decimal point: `1.0`. */
function cell(title: string, value: LogValue | undefined): string {
  if (value === undefined) return '';
  return title === 'Epoch' && Number.isInteger(value) ? `${String(value)}.0` : shortened(value).replaceAll('|', '\\|');
}
