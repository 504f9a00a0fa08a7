import { ConfigError } from './configError.ts';
import { defaultLabels, resolveLabels, type LabelOptions } from './labels.ts';

/** What labels mean, as `transformers` names it. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** The sizes and rates of a BERT, with the defaults of bert-base-uncased. */
export interface BertConfigFields {
  /** Rows of the word table. */
  vocabSize: number;
  /** Width of every token's vector. */
  hiddenSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Width of the feed-forward layer. */
  intermediateSize: number;
  /** Activation of the feed-forward layer. 'gelu' is the exact one, with erf. */
  hiddenAct: string;
  /** Dropout after the embeddings and after each sublayer, 0 to below 1. */
  hiddenDropoutProb: number;
  /** Dropout on attention probabilities. */
  attentionProbsDropoutProb: number;
  /** Longest input, in tokens. */
  maxPositionEmbeddings: number;
  /** Rows of the token type table: 2 tells the sentences of a pair apart. */
  typeVocabSize: number;
  /** Standard deviation of newly drawn weights. */
  initializerRange: number;
  layerNormEps: number;
  padTokenId: number;
  /** Dropout before the classifier; null means hiddenDropoutProb. */
  classifierDropout: number | null;
  /** Chosen from the labels at the first forward when null. */
  problemType: ProblemType | null;
}

/** Any field, and the labels: how many, or their names. */
export interface BertConfigOptions extends Partial<BertConfigFields>, LabelOptions {}

const defaults: BertConfigFields = {
  vocabSize: 30522,
  hiddenSize: 768,
  numHiddenLayers: 12,
  numAttentionHeads: 12,
  intermediateSize: 3072,
  hiddenAct: 'gelu',
  hiddenDropoutProb: 0.1,
  attentionProbsDropoutProb: 0.1,
  maxPositionEmbeddings: 512,
  typeVocabSize: 2,
  initializerRange: 0.02,
  layerNormEps: 1e-12,
  padTokenId: 0,
  classifierDropout: null,
  problemType: null,
};

const fieldNames = Object.keys(defaults) as (keyof BertConfigFields)[];
const labelNames = ['numLabels', 'id2label', 'label2id'] as const;

/** Every option a configuration takes: for a caller that sorts them from its own options. */
export const bertConfigOptionNames: readonly string[] = [...fieldNames, ...labelNames];

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * Keys of config.json that mean something this package does not do, with the values that are
 * harmless.
 */
const unsupported: readonly { key: string; harmless: readonly unknown[]; what: string }[] = [
  { key: 'position_embedding_type', harmless: ['absolute'], what: 'relative positions' },
  { key: 'is_decoder', harmless: [false], what: 'a decoder' },
  { key: 'add_cross_attention', harmless: [false], what: 'cross-attention' },
];

/** Keys that this package writes itself. */
const ownKeys = new Set([
  'model_type',
  'architectures',
  'id2label',
  'label2id',
  'num_labels',
  '_num_labels',
  'dtype',
  'torch_dtype',
  '_name_or_path',
  'transformers_version',
  ...fieldNames.map(snakeCase),
]);

function checkFields(fields: BertConfigFields, source: string): void {
  const positive = [
    'vocabSize',
    'hiddenSize',
    'numHiddenLayers',
    'numAttentionHeads',
    'intermediateSize',
    'maxPositionEmbeddings',
    'typeVocabSize',
  ] as const;
  for (const name of positive) {
    if (!Number.isInteger(fields[name]) || fields[name] < 1) {
      throw new ConfigError(
        `${source}: ${name} is ${JSON.stringify(fields[name])}; a whole number of at least 1 was expected.`,
      );
    }
  }
  for (const name of ['hiddenDropoutProb', 'attentionProbsDropoutProb', 'classifierDropout'] as const) {
    const value = fields[name];
    if (name === 'classifierDropout' && value === null) continue;
    if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
      throw new ConfigError(
        `${source}: ${name} is ${JSON.stringify(value)}; a probability from 0 to below 1 was expected.`,
      );
    }
  }
  for (const name of ['initializerRange', 'layerNormEps'] as const) {
    if (!(fields[name] > 0))
      throw new ConfigError(`${source}: ${name} is ${JSON.stringify(fields[name])}; a positive number was expected.`);
  }
  if (fields.hiddenSize % fields.numAttentionHeads !== 0) {
    throw new ConfigError(
      `${source}: hiddenSize ${fields.hiddenSize} cannot be divided among ${fields.numAttentionHeads} attention heads.`,
    );
  }
  if (fields.hiddenAct !== 'gelu') {
    throw new ConfigError(
      `${source}: hiddenAct is '${fields.hiddenAct}'; only 'gelu' (with erf, what BERT uses) is supported. ` +
        `Weights trained with another one would give wrong results.`,
    );
  }
  const problems: readonly unknown[] = [
    null,
    'regression',
    'single_label_classification',
    'multi_label_classification',
  ];
  if (!problems.includes(fields.problemType)) {
    throw new ConfigError(
      `${source}: problemType is ${JSON.stringify(fields.problemType)}; expected one of ${problems.slice(1).join(', ')}, or null.`,
    );
  }
}

/** The configuration of a BERT: config.json, with camelCase names. */
export class BertConfig implements BertConfigFields {
  declare vocabSize: number;
  declare hiddenSize: number;
  declare numHiddenLayers: number;
  declare numAttentionHeads: number;
  declare intermediateSize: number;
  declare hiddenAct: string;
  declare hiddenDropoutProb: number;
  declare attentionProbsDropoutProb: number;
  declare maxPositionEmbeddings: number;
  declare typeVocabSize: number;
  declare initializerRange: number;
  declare layerNormEps: number;
  declare padTokenId: number;
  declare classifierDropout: number | null;
  declare problemType: ProblemType | null;
  readonly modelType = 'bert';
  /** Class names, by class number. Two plain ones by default. */
  readonly labels: readonly string[];
  /** Model classes that config.json names. */
  readonly architectures: readonly string[];
  /** Other keys of config.json, written back as they came. */
  readonly extra: Readonly<Record<string, unknown>>;

  /** @throws ConfigError for a wrong or unknown option */
  constructor(
    options: BertConfigOptions = {},
    from: { extra?: Record<string, unknown>; architectures?: readonly string[]; source?: string } = {},
  ) {
    const source = from.source ?? 'BertConfig';
    for (const name of Object.keys(options)) {
      if (bertConfigOptionNames.includes(name)) continue;
      const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const hint = bertConfigOptionNames.includes(camel)
        ? ` Write ${camel}.`
        : ` There are: ${bertConfigOptionNames.join(', ')}.`;
      throw new ConfigError(`${source} has no field '${name}'.${hint}`);
    }
    const fields = { ...defaults };
    for (const name of fieldNames) {
      if (options[name] !== undefined) Object.assign(fields, { [name]: options[name] });
    }
    checkFields(fields, source);
    Object.assign(this, fields);
    this.labels = resolveLabels(options, source) ?? defaultLabels(2);
    this.extra = from.extra ?? {};
    this.architectures = from.architectures ?? [];
  }

  get numLabels(): number {
    return this.labels.length;
  }

  get id2label(): Record<number, string> {
    return Object.fromEntries(this.labels.entries());
  }

  get label2id(): Record<string, number> {
    return Object.fromEntries(this.labels.map((name, id) => [name, id]));
  }

  /**
   * Reads the content of a config.json; `overrides` win. A new `numLabels` that differs from the
   * file's class names drops those names.
   * @throws ConfigError for another model type, an unsupported setting, or fields that contradict
   *   each other
   */
  static fromJson(
    json: Readonly<Record<string, unknown>>,
    overrides: BertConfigOptions = {},
    source = 'config.json',
  ): BertConfig {
    const type = json.model_type;
    if (type !== undefined && type !== 'bert') {
      throw new ConfigError(
        `${source}: model_type is '${String(type)}'; this package has 'bert' only. Choose a BERT checkpoint, such as bert-base-uncased.`,
      );
    }
    if (type === undefined && json.hidden_size === undefined) {
      throw new ConfigError(`${source} has neither model_type nor hidden_size: it does not describe a BERT.`);
    }
    for (const { key, harmless, what } of unsupported) {
      if (json[key] !== undefined && json[key] !== null && !harmless.includes(json[key])) {
        throw new ConfigError(`${source}: ${key} is ${JSON.stringify(json[key])}; ${what} is not supported.`);
      }
    }
    const read: Record<string, unknown> = {};
    for (const name of fieldNames) {
      const value = json[snakeCase(name)];
      if (value !== undefined && (value !== null || defaults[name] === null)) read[name] = value;
    }
    const newLabels = overrides.numLabels ?? overrides.id2label ?? overrides.label2id;
    const fileLabels = resolveLabels(
      {
        id2label: json.id2label as LabelOptions['id2label'],
        numLabels: json.id2label ? undefined : ((json.num_labels ?? json._num_labels) as number | undefined),
      },
      source,
    );
    // The file's names stay when the caller only repeats their number.
    const keep =
      newLabels === undefined ||
      (typeof newLabels === 'number' && newLabels === fileLabels?.length && !overrides.id2label && !overrides.label2id);
    // What labels mean was decided for the file's labels.
    if (overrides.numLabels !== undefined && overrides.numLabels !== (fileLabels?.length ?? 2)) delete read.problemType;
    const options = { ...read, ...(keep && fileLabels ? { id2label: fileLabels } : {}), ...overrides };
    const extra = Object.fromEntries(Object.entries(json).filter(([key]) => !ownKeys.has(key)));
    return new BertConfig(options as BertConfigOptions, {
      extra,
      architectures: (json.architectures as string[] | undefined) ?? [],
      source,
    });
  }

  /** The content of config.json, as Python's `transformers` reads it. */
  toJson(architecture?: string): Record<string, unknown> {
    const plain = this.labels.length === 2 && this.labels.every((name, id) => name === `LABEL_${id}`);
    const json: Record<string, unknown> = {
      ...this.extra,
      ...Object.fromEntries(fieldNames.map((name) => [snakeCase(name), this[name]])),
      architectures: architecture ? [architecture] : this.architectures,
      dtype: 'float32',
      model_type: this.modelType,
      ...(plain ? {} : { id2label: this.id2label, label2id: this.label2id }),
    };
    if (this.problemType === null) delete json.problem_type;
    return Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
