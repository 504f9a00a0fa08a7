import {
  answerOtherNames,
  object,
  onAssignment,
  provided,
  pythonNames,
  requireArgument,
  shown,
  snakeCase,
} from '@attune/validate';
import { ConfigError, modelTypeError } from '../errors.ts';
import { assignField } from './assignField.ts';
import {
  requireFields,
  requireProblem,
  defaults,
  fieldNames,
  nullable,
  type BertConfigFields,
  type ProblemType,
} from './fields.ts';
import { defaultLabels, resolveLabels, type LabelOptions } from './labels.ts';
import { bertConfigOptionNames, noFieldMessage } from './optionNames.ts';
import { contradictsLabels } from './passedOver.ts';

export type { BertConfigFields, ProblemType } from './fields.ts';

/** Any field, and the labels: how many, or their names. */
export interface BertConfigOptions extends Partial<BertConfigFields>, LabelOptions {}

/** Keys of config.json for unsupported features, with the values that are harmless. */
const unsupported: readonly { key: string; harmless: readonly unknown[]; what: string }[] = [
  { key: 'position_embedding_type', harmless: ['absolute'], what: 'relative positions' },
  { key: 'is_decoder', harmless: [false], what: 'a decoder' },
  { key: 'is_encoder_decoder', harmless: [false], what: 'an encoder with a decoder' },
  { key: 'add_cross_attention', harmless: [false], what: 'cross-attention' },
  { key: 'pruned_heads', harmless: [{}], what: 'a model without some of its heads' },
  { key: 'quantization_config', harmless: [], what: 'a quantised checkpoint (load the model it was made from)' },
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

/**
 * The configuration of a BERT: config.json, with camelCase names. What is assigned to it is
 * checked, and once a model is made with it only `problemType` and the names of the labels change.
 */
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
  declare padTokenId: number | null;
  declare classifierDropout: number | null;
  declare problemType: ProblemType | null;
  /** `model_type` in config.json. */
  readonly modelType = 'bert';
  /** Class names, by class number. Two plain ones by default. */
  readonly labels: readonly string[];
  /** Model classes in config.json. */
  readonly architectures: readonly string[];
  /** Other keys of config.json, written back unchanged. */
  readonly extra: Readonly<Record<string, unknown>>;

  /** @throws ConfigError for a wrong or unknown option */
  constructor(
    options: BertConfigOptions = {},
    from: { extra?: Record<string, unknown>; architectures?: readonly string[]; source?: string } = {},
  ) {
    const source = from.source ?? 'BertConfig';
    requireArgument('new BertConfig', 'options', options, object, ConfigError);
    const unknown = Object.keys(options).find((name) => !bertConfigOptionNames.includes(name));
    if (unknown !== undefined) throw new ConfigError(noFieldMessage(source, unknown));
    const fields = { ...defaults };
    for (const name of fieldNames) {
      if (options[name] !== undefined) Object.assign(fields, { [name]: options[name] });
    }
    requireFields(fields, source);
    Object.assign(this, fields);
    this.labels = resolveLabels(options, source) ?? defaultLabels(2);
    requireProblem(this, this.numLabels, source);
    this.extra = from.extra ?? {};
    this.architectures = from.architectures ?? [];
    return onAssignment(this, (name, given) => assignField(this, name, given));
  }

  /** Number of classes. */
  get numLabels(): number {
    return this.labels.length;
  }
  set numLabels(given: number) {
    assignField(this, 'numLabels', given);
  }

  /** Names of the classes by number. */
  get id2label(): Record<number, string> {
    return Object.fromEntries(this.labels.entries());
  }
  set id2label(given: NonNullable<LabelOptions['id2label']>) {
    assignField(this, 'id2label', given);
  }

  /** Numbers of the classes by name. */
  get label2id(): Record<string, number> {
    return Object.fromEntries(this.labels.map((name, id) => [name, id]));
  }
  set label2id(given: NonNullable<LabelOptions['label2id']>) {
    assignField(this, 'label2id', given);
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
    requireArgument('BertConfig.fromJson', 'json', json, object, ConfigError);
    requireArgument('BertConfig.fromJson', 'overrides', overrides, object, ConfigError);
    const type = json.model_type;
    if (type !== undefined && type !== 'bert') throw modelTypeError(type, source);
    const architecture: unknown = Array.isArray(json.architectures) ? json.architectures[0] : undefined;
    if (type === undefined && typeof architecture === 'string' && !/^Bert(Model|For|LMHead)/.test(architecture))
      throw modelTypeError(architecture, source, 'architectures[0]');
    if (type === undefined && json.hidden_size === undefined) {
      throw new ConfigError(`${source} has neither model_type nor hidden_size: it does not describe a BERT`);
    }
    for (const { key, harmless, what } of unsupported) {
      const value: unknown = json[key];
      const isHarmless = harmless.some((one) => JSON.stringify(one) === JSON.stringify(value));
      if (value !== undefined && value !== null && !isHarmless) {
        throw new ConfigError(`${source}: ${key} is ${shown(value)}; ${what} is not supported`);
      }
    }
    const read: Record<string, unknown> = {};
    for (const name of fieldNames) {
      const value = json[snakeCase(name)];
      if (value !== undefined && (value !== null || nullable.includes(name))) read[name] = value;
    }
    const newLabels = overrides.numLabels ?? overrides.id2label ?? overrides.label2id;
    const named = contradictsLabels(json) ? undefined : (json.id2label as LabelOptions['id2label']);
    const fileLabels = resolveLabels(
      {
        id2label: named,
        numLabels: named ? undefined : ((json.num_labels ?? json._num_labels) as number | undefined),
      },
      source,
    );
    // The names in the file stay if the caller only repeats their number.
    const keep =
      newLabels === undefined ||
      (typeof newLabels === 'number' && newLabels === fileLabels?.length && !overrides.id2label && !overrides.label2id);
    // The problem type in the file was for the labels in the file.
    if (overrides.numLabels !== undefined && overrides.numLabels !== (fileLabels?.length ?? 2)) delete read.problemType;
    const options = { ...read, ...(keep && fileLabels ? { id2label: fileLabels } : {}), ...provided(overrides) };
    const extra = Object.fromEntries(Object.entries(json).filter(([key]) => !ownKeys.has(key)));
    return new BertConfig(options as BertConfigOptions, {
      extra,
      architectures: Array.isArray(json.architectures) ? (json.architectures as string[]) : [],
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

answerOtherNames(
  BertConfig.prototype,
  'a BertConfig has',
  ConfigError,
  pythonNames([...fieldNames, 'numLabels', 'modelType']),
);
