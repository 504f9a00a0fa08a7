import { shown } from '@attune/validate';
import { ConfigError } from '../errors.ts';

/** The meaning of labels, as in `transformers`. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** The sizes and rates of a BERT, with the defaults of bert-base-uncased. */
export interface BertConfigFields {
  /** Rows of the word table. */
  vocabSize: number;
  /** Width of every token's vector. */
  hiddenSize: number;
  /** Layers of the encoder. */
  numHiddenLayers: number;
  /** Heads of each layer; hiddenSize is a multiple. */
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
  /** Added to the variance in layer norms. */
  layerNormEps: number;
  /** Id of the padding token, whose vector is not trained; null where every token's is. */
  padTokenId: number | null;
  /** Dropout before the classifier; null means hiddenDropoutProb. */
  classifierDropout: number | null;
  /** Chosen from the labels at the first forward when null. */
  problemType: ProblemType | null;
}

export const defaults: BertConfigFields = {
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

/** Fields that a config.json may set to null. */
export const nullable: readonly string[] = ['classifierDropout', 'problemType', 'padTokenId'];

export const fieldNames = Object.keys(defaults) as (keyof BertConfigFields)[];

/**
 * Largest accepted sizes, far above every existing model: a damaged or hostile file that asks for
 * more is refused before anything is allocated.
 */
const largest = {
  vocabSize: 2 ** 24,
  hiddenSize: 2 ** 16,
  numHiddenLayers: 1024,
  numAttentionHeads: 2 ** 16,
  intermediateSize: 2 ** 20,
  maxPositionEmbeddings: 2 ** 16,
  typeVocabSize: 2 ** 16,
} as const;

const problemTypes = ['regression', 'single_label_classification', 'multi_label_classification'];

const isProbability = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1;

function requireSizes(fields: BertConfigFields, source: string): void {
  for (const [name, most] of Object.entries(largest) as [keyof typeof largest, number][]) {
    const value: unknown = fields[name];
    if (!Number.isInteger(value) || fields[name] < 1)
      throw new ConfigError(`${source}: ${name} must be a whole number of at least 1; got ${shown(value)}`);
    if (fields[name] > most)
      throw new ConfigError(`${source}: ${name} must be at most ${most}; got ${shown(value)}. Is the file damaged?`);
  }
  const { hiddenSize, numAttentionHeads, padTokenId } = fields;
  if (hiddenSize % numAttentionHeads !== 0)
    throw new ConfigError(
      `${source}: hiddenSize ${hiddenSize} cannot be divided among ${numAttentionHeads} attention heads`,
    );
  const isId = Number.isInteger(padTokenId) && padTokenId! >= 0 && padTokenId! < fields.vocabSize;
  if (padTokenId !== null && !isId)
    throw new ConfigError(
      `${source}: padTokenId must be an id below vocabSize, ${fields.vocabSize}; got ${shown(padTokenId)}`,
    );
}

/**
 * Checks the meaning of labels against their number. As in `transformers`: a single class is right
 * whatever is computed.
 *
 * @throws ConfigError
 */
export function requireProblem(
  { problemType }: Pick<BertConfigFields, 'problemType'>,
  numLabels: number,
  source: string,
): void {
  if (problemType !== 'single_label_classification' || numLabels !== 1) return;
  throw new ConfigError(
    `${source}: problemType is 'single_label_classification' and numLabels is 1: for two classes set numLabels to 2, for one number set problemType to 'regression'`,
  );
}

/** @throws ConfigError for a value that a field cannot have */
export function requireFields(fields: BertConfigFields, source: string): void {
  requireSizes(fields, source);
  for (const name of ['hiddenDropoutProb', 'attentionProbsDropoutProb', 'classifierDropout'] as const) {
    const value = fields[name];
    if (!isProbability(value) && !(name === 'classifierDropout' && value === null))
      throw new ConfigError(`${source}: ${name} must be a probability of at least 0 and below 1; got ${shown(value)}`);
  }
  for (const name of ['initializerRange', 'layerNormEps'] as const) {
    const value: unknown = fields[name];
    if (!Number.isFinite(value) || !(fields[name] > 0))
      throw new ConfigError(`${source}: ${name} must be a positive number; got ${shown(value)}`);
  }
  if (fields.hiddenAct !== 'gelu')
    throw new ConfigError(
      `${source}: hiddenAct is ${shown(fields.hiddenAct)}; only 'gelu' (with erf, what BERT uses) is supported. ` +
        `Weights trained with another one would give wrong results.`,
    );
  if (fields.problemType !== null && !problemTypes.includes(fields.problemType))
    throw new ConfigError(
      `${source}: problemType must be one of ${problemTypes.join(', ')}, or null; got ${shown(fields.problemType)}`,
    );
}
