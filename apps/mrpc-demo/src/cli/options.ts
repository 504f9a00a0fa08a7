import { parseArgs } from 'node:util';
import { nearestName } from '@attune/validate';
import { DemoError } from './demoError.ts';

/** Which columns of the dataset are read; null: chosen by their names and types. */
export interface ColumnOptions {
  /** One column of texts, or two. */
  readonly textColumns: readonly string[] | null;
  readonly labelColumn: string | null;
  /** The delimiter of fields in a file. */
  readonly delimiter: string | null;
  /** Whether quotation marks in a csv or tsv file are part of the texts. */
  readonly plainQuotes: boolean;
}

export interface TrainOptions {
  readonly command: 'train';
  /** A hub name or a folder; null for the default. */
  readonly model: string | null;
  /** A hub name such as glue/mrpc, a folder or a file; null for the default. */
  readonly dataset: string | null;
  readonly columns: ColumnOptions;
  readonly epochs: number | null;
  readonly maxSteps: number | null;
  readonly batchSize: number | null;
  readonly learningRate: number | null;
  readonly seed: number;
  /** Mixed precision. */
  readonly fp16: boolean;
  /** Resume from the newest checkpoint in the output folder. */
  readonly resume: boolean;
  /** Keep the model of the epoch with the lowest validation loss. */
  readonly best: boolean;
  /**
   * Number of evaluations without a lower validation loss after which training stops; null: never.
   */
  readonly earlyStopping: number | null;
  /** Train the embedded default, whatever the machine. */
  readonly pocket: boolean;
  readonly output: string;
  readonly json: boolean;
  /** Print each event of the run as a line of JSON, the result last. */
  readonly jsonLines: boolean;
  readonly debug: boolean;
}

export interface PredictOptions {
  readonly command: 'predict';
  readonly model: string;
  /** One or two; null: they are read from standard input. */
  readonly sentences: readonly [string, string | null] | null;
  readonly json: boolean;
  readonly debug: boolean;
}

interface HelpOptions {
  readonly command: 'help';
  readonly debug: boolean;
}

export type DemoOptions = TrainOptions | PredictOptions | HelpOptions;

export const helpText = `Fine-tunes BERT on labelled texts. By default: do two sentences mean the same?

  npm run demo -- [train] [options]                           train
  npm run demo -- predict --model FOLDER "one" ["other"]      classify with a trained model
  npm run demo -- predict --model FOLDER                      the same; the sentences come from standard input,
                                                              one a line: no quotation marks are needed

  --model NAME|FOLDER      a model on the hub, or a folder with config.json, model.safetensors and tokenizer files
  --dataset NAME|PATH      a dataset on the hub (glue/mrpc), a folder with train and validation files, or one file
                           (tsv, csv, jsonl, parquet); without a validation split a tenth of train is held out
  --text-columns A[,B]     the columns with the texts (default: found by name and type)
  --label-column C         the column with the labels: names, whole numbers, or scores (default label)
  --delimiter ";"          what separates the fields of a csv file (default: a comma)
  --plain-quotes           quotation marks in a csv or tsv file are part of the texts, as in GLUE's own files
  --epochs N               passes over the training set (default 3, or 6 for the small BERT; may be a fraction)
  --max-steps N            stop after N optimizer steps
  --batch-size N           examples in a batch (default 8)
  --learning-rate X        the highest learning rate (default 5e-5)
  --seed N                 seed of the data order, dropout and new weights (default 42)
  --fp16                   mixed precision: faster, and half the memory for activations
  --resume                 continue from the newest checkpoint in the output folder; one is written after each epoch and on Ctrl-C
  --best                   keep the model of the epoch with the lowest validation loss, not that of the last
  --early-stopping N       end after N epochs without a lower validation loss, and keep the best model
  --pocket                 train the small BERT on sentence pairs that this program makes itself: a minute, no network
  --output FOLDER          where model and report go (default test-trainer)
  --json                   print one JSON object on standard output; everything else goes to standard error
  --json-lines             the same, and before it a line of JSON for each event of the run: progress, logs, checkpoints
  --debug                  show where an error came from
  --help                   this text

Without --model and --dataset it trains on GLUE MRPC: bert-base-uncased on a GPU with memory of its own, and the smaller
sentence-transformers/all-MiniLM-L6-v2 on any other adapter. Without a connection to the hub it does what --pocket does.`;

const optionTypes = {
  model: { type: 'string' },
  dataset: { type: 'string' },
  'text-columns': { type: 'string' },
  'label-column': { type: 'string' },
  delimiter: { type: 'string' },
  'plain-quotes': { type: 'boolean' },
  epochs: { type: 'string' },
  'max-steps': { type: 'string' },
  'batch-size': { type: 'string' },
  'learning-rate': { type: 'string' },
  seed: { type: 'string' },
  fp16: { type: 'boolean' },
  resume: { type: 'boolean' },
  best: { type: 'boolean' },
  'early-stopping': { type: 'string' },
  pocket: { type: 'boolean' },
  output: { type: 'string' },
  json: { type: 'boolean' },
  'json-lines': { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = {
  [Name in keyof typeof optionTypes]?: (typeof optionTypes)[Name]['type'] extends 'string' ? string : boolean;
};

/**
 * Reads options and other arguments; an unknown option is an error that suggests the nearest one.
 */
function parseWords(words: readonly string[]): { values: Values; positionals: string[] } {
  const { tokens, values, positionals } = parseArgs({
    args: [...words],
    options: optionTypes,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(optionTypes, name) ? optionTypes[name as keyof typeof optionTypes].type : null;
    if (type === null) {
      const nearest = nearestName(name, Object.keys(optionTypes));
      throw new DemoError(
        `there is no option ${rawName}${nearest ? `; did you mean --${nearest}?` : '.'} ${seeHelp} Put a text that begins with - after a --.`,
      );
    }
    if (type === 'string' && value === undefined) throw new DemoError(`${rawName} needs a value. ${seeHelp}`);
    if (type === 'boolean' && value !== undefined)
      throw new DemoError(`${rawName} takes no value; got "${value}". ${seeHelp}`);
  }
  return { values: values as Values, positionals };
}

const seeHelp = 'See npm run demo -- --help.';

/**
 * Reads the command line.
 *
 * @throws DemoError for anything unknown
 */
export function readOptions(words: readonly string[]): DemoOptions {
  const { values, positionals } = parseWords(words);
  const shared = { json: values.json ?? false, debug: values.debug ?? false };
  const [command = 'train', ...rest] = positionals;
  if (values.help || command === 'help') return { command: 'help', debug: shared.debug };
  if (command === 'predict') {
    const [first, second = null, ...more] = rest;
    if (!values.model || more.length > 0)
      throw new DemoError(
        'predict needs --model FOLDER and one or two sentences: each in quotation marks, or on standard input, one a line',
      );
    const sentences = first === undefined ? null : ([first, second] as const);
    return { command: 'predict', model: values.model, sentences, ...shared };
  }
  if (command !== 'train' || rest.length > 0)
    throw new DemoError(
      `"${[command, ...rest].join(' ')}" is not a command; there are train (the default) and predict`,
    );
  if (values.pocket && (values.model ?? values.dataset) !== undefined)
    throw new DemoError('--pocket has a model and a dataset of its own: leave it out, or --model and --dataset');
  return {
    command: 'train',
    model: values.model ?? null,
    dataset: values.dataset ?? null,
    columns: {
      textColumns: textColumnsOf(values['text-columns']),
      labelColumn: values['label-column'] ?? null,
      delimiter: delimiterOf(values.delimiter),
      plainQuotes: values['plain-quotes'] ?? false,
    },
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
    resume: values.resume ?? false,
    best: (values.best ?? false) || values['early-stopping'] !== undefined,
    earlyStopping: numberOf('early-stopping', values['early-stopping'], isCount, 'a whole number above 0'),
    pocket: values.pocket ?? false,
    output: values.output ?? 'test-trainer',
    jsonLines: values['json-lines'] ?? false,
    ...shared,
  };
}

function textColumnsOf(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  const names = text.split(',').map((name) => name.trim());
  if (names.length > 2 || names.includes(''))
    throw new DemoError(`--text-columns takes one name or two with a comma between them; got "${text}"`);
  return names;
}

function delimiterOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length !== 1) throw new DemoError(`--delimiter must be one character; got "${text}"`);
  return delimiter;
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
  if (!Number.isFinite(value) || !fits(value)) throw new DemoError(`--${name} must be ${wanted}; got "${text}"`);
  return value;
}
