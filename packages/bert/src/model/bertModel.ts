import { packSequences, randomState, tensor, type Tensor } from '@attune/tensor';
import type { BertConfig } from '../config/bertConfig.ts';
import { BertEmbeddings, BertEncoder, BertPooler, type Run, type WeightSource } from './layers.ts';
import { packBatch, type Batch, type PackedBatch } from './packBatch.ts';
import {
  createModel,
  loadModel,
  PretrainedModel,
  type FromPretrainedOptions,
  type ModelKind,
  type NewModelOptions,
} from './pretrainedModel.ts';
import { bertShapes } from './weightShapes.ts';

/** Where a batch stands in training; all may be left out. */
export interface ForwardContext {
  /**
   * Labelled examples in the whole update: the loss is the sum over examples divided by it, so that
   * micro-batches add up exactly. Default: those of this batch.
   */
  readonly numItemsInBatch?: number;
  /** Number in the update of this batch's first example; decides dropout. Default 0. */
  readonly exampleOffset?: number;
  /**
   * Number of the update; decides dropout. Default: in train mode, one that no earlier forward of
   * this model had.
   */
  readonly update?: number;
  /** Seed of dropout. Default: the model's `seed`. */
  readonly seed?: number;
  /** Also return the hidden states: after the embeddings and after every layer. Default false. */
  readonly outputHiddenStates?: boolean;
}

export interface BertModelOutput {
  /**
   * [tokens, hidden]: real tokens only, sequence after sequence. `unpackTokens` spreads them over
   * [rows, columns, hidden].
   */
  readonly lastHiddenState: Tensor;
  /** [rows, hidden]: the first token of each sequence, through the pooler. */
  readonly poolerOutput: Tensor;
  /** Each [tokens, hidden]; the first is that of the embeddings. */
  readonly hiddenStates?: readonly Tensor[];
  /** Which tokens there are and where they stood. */
  readonly packed: PackedBatch;
}

/**
 * BERT without a head (Devlin et al. 2018): token vectors, and one vector per sequence. Padding is
 * dropped before anything is computed.
 */
export class BertModel extends PretrainedModel {
  readonly architecture = 'BertModel';
  readonly inputNames: readonly string[] = ['input_ids', 'token_type_ids', 'attention_mask'];
  readonly embeddings: BertEmbeddings;
  readonly encoder: BertEncoder;
  readonly pooler: BertPooler;

  /** @param seed of dropout. Default: that of the last `setSeed`, else 42 */
  constructor(config: BertConfig, weights: WeightSource, seed?: number) {
    super(config, seed);
    this.embeddings = new BertEmbeddings(config, (name) => weights(`embeddings.${name}`));
    this.encoder = new BertEncoder(config, (name) => weights(`encoder.${name}`));
    this.pooler = new BertPooler((name) => weights(`pooler.${name}`));
  }

  /** A new model, all weights drawn. */
  static fromConfig(config: BertConfig, options?: NewModelOptions): Promise<BertModel> {
    return createModel(bertKind, config, options);
  }

  /**
   * Loads a checkpoint by hub name or folder. @throws CheckpointError, ConfigError,
   * SafetensorsError
   */
  static fromPretrained(nameOrFolder: string, options?: FromPretrainedOptions): Promise<BertModel> {
    return loadModel(bertKind, nameOrFolder, options);
  }

  /**
   * @param batch `input_ids` [rows, columns], with `attention_mask` and `token_type_ids` of the
   *   same shape where there are any
   * @throws BatchError for ids outside the vocabulary, rows without tokens, rows longer than the
   *   model takes
   */
  forward(batch: Batch, context: ForwardContext = {}): BertModelOutput {
    const packed = packBatch(batch, this.config, context.exampleOffset);
    const { config, device } = this;
    const drops = this.training && (config.hiddenDropoutProb > 0 || config.attentionProbsDropoutProb > 0);
    const random = drops
      ? {
          state: randomState(device, this.dropoutKey(context)),
          tokenKeys: tensor(packed.tokenKeys, { shape: [packed.tokens], device }),
        }
      : null;
    const run: Run = { packed, random, sequences: packSequences(device, packed.cuSeqlens) };
    let hidden = this.embeddings.forward(run);
    const hiddenStates = [hidden];
    for (const layer of this.encoder.layer) {
      hidden = layer.forward(hidden, run);
      hiddenStates.push(hidden);
    }
    const output = { lastHiddenState: hidden, poolerOutput: this.pooler.forward(hidden, run), packed };
    return context.outputHiddenStates ? { ...output, hiddenStates } : output;
  }
}

const bertKind: ModelKind<BertModel> = {
  name: 'BertModel',
  basePrefix: '',
  shapes: bertShapes,
  mayBeNew: (name) => name.startsWith('pooler.'),
  create: (config, weights, seed) => new BertModel(config, weights, seed),
};
