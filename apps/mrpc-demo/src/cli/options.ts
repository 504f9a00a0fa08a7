import { parseArgs } from 'node:util';
import { DemoError } from './demoError.ts';

export interface TrainOptions {
  readonly command: 'train';
  /** A hub name or a folder; null for the default. */
  readonly model: string | null;
  /** A hub name such as glue/mrpc, or a folder; null for the default. */
  readonly dataset: string | null;
  readonly epochs: number | null;
  readonly maxSteps: number | null;
  readonly batchSize: number | null;
  readonly learningRate: number | null;
  readonly seed: number;
  /** Mixed precision. */
  readonly fp16: boolean;
  readonly output: string;
  readonly json: boolean;
  readonly debug: boolean;
}

export interface PredictOptions {
  readonly command: 'predict';
  readonly model: string;
  readonly sentences: readonly [string, string | null];
  readonly json: boolean;
  readonly debug: boolean;
}

export interface HelpOptions {
  readonly command: 'help';
  readonly debug: boolean;
}

export type DemoOptions = TrainOptions | PredictOptions | HelpOptions;

export const helpText = `Fine-tunes BERT on pairs of sentences: do both say the same?

  npm run demo -- [options]                                   train
  npm run demo -- predict --model FOLDER "one" "other"        try a trained model

  --model NAME|FOLDER      a model on the hub, or a folder with config.json, model.safetensors and tokenizer files
  --dataset NAME|FOLDER    a dataset on the hub (glue/mrpc), or a folder with train and validation files (tsv, csv, jsonl, parquet)
  --epochs N               passes over the training set (default 3; may be a fraction)
  --max-steps N            stop after so many optimizer steps
  --batch-size N           examples in a batch (default 8)
  --learning-rate X        (default 5e-5)
  --seed N                 of the data order, dropout and new weights (default 42)
  --fp16                   mixed precision: faster, and half the memory for what passes between layers
  --output FOLDER          where model and report go (default test-trainer)
  --json                   print one JSON object on standard output; everything else goes to standard error
  --debug                  show where an error came from
  --help                   this text

Without --model and --dataset it trains bert-base-uncased on GLUE MRPC when there is a GPU and the hub can be reached; otherwise a small BERT on
sentence pairs that this program makes itself, with settings that suit them.`;

const optionTypes = {
  model: { type: 'string' },
  dataset: { type: 'string' },
  epochs: { type: 'string' },
  'max-steps': { type: 'string' },
  'batch-size': { type: 'string' },
  'learning-rate': { type: 'string' },
  seed: { type: 'string' },
  fp16: { type: 'boolean' },
  output: { type: 'string' },
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line.
 *
 * @throws DemoError for what it does not know
 */
export function readOptions(words: readonly string[]): DemoOptions {
  let parsed;
  try {
    parsed = parseArgs({ args: [...words], options: optionTypes, allowPositionals: true });
  } catch (cause) {
    throw new DemoError(`${(cause as Error).message.split('\n')[0]} See npm run demo -- --help.`, { cause });
  }
  const { values, positionals } = parsed;
  const shared = { json: values.json ?? false, debug: values.debug ?? false };
  const [command = 'train', ...rest] = positionals;
  if (values.help || command === 'help') return { command: 'help', debug: shared.debug };
  if (command === 'predict') {
    const [first, second = null, ...more] = rest;
    if (!values.model || first === undefined || more.length > 0)
      throw new DemoError('predict needs --model FOLDER and one or two sentences, each in quotation marks.');
    return { command: 'predict', model: values.model, sentences: [first, second], ...shared };
  }
  if (command !== 'train' || rest.length > 0)
    throw new DemoError(`"${[command, ...rest].join(' ')}" is no command; there are train (the default) and predict.`);
  return {
    command: 'train',
    model: values.model ?? null,
    dataset: values.dataset ?? null,
    epochs: numberOf('epochs', values.epochs, (value) => value > 0, 'a number above 0'),
    maxSteps: numberOf('max-steps', values['max-steps'], isCount, 'a whole number above 0'),
    batchSize: numberOf('batch-size', values['batch-size'], isCount, 'a whole number above 0'),
    learningRate: numberOf('learning-rate', values['learning-rate'], (value) => value >= 0, 'a number of at least 0'),
    seed:
      numberOf(
        'seed',
        values.seed,
        (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
        'a whole number from 0 to 4294967295',
      ) ?? 42,
    fp16: values.fp16 ?? false,
    output: values.output ?? 'test-trainer',
    ...shared,
  };
}

const isCount = (value: number) => Number.isInteger(value) && value > 0;

function numberOf(
  name: string,
  text: string | undefined,
  fits: (value: number) => boolean,
  wanted: string,
): number | null {
  if (text === undefined) return null;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value) || !fits(value)) throw new DemoError(`--${name} must be ${wanted}; got "${text}".`);
  return value;
}
