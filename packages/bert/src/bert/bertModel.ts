import { packSequences, type Tensor } from '@attune/tensor';
import { answerOtherNames, ArgumentError, pythonNames } from '@attune/validate';
import type { BertConfig } from '../config/bertConfig.ts';
import type { ForwardOptions, ModelInputs } from '../pretrained/modelInputs.ts';
import type { ModelKind } from '../pretrained/modelKind.ts';
import { PretrainedModel, type DropoutKey } from '../pretrained/pretrainedModel.ts';
import { BertEmbeddings } from './embeddings.ts';
import { BertEncoder } from './encoder.ts';
import { randomKey, type Run, type WeightSource } from './layers.ts';
import { packBatch, type PackedBatch } from './packBatch.ts';
import { BertPooler } from './pooler.ts';
import { bertShapes } from './weightShapes.ts';

/** Result of {@link BertModel} for a batch. */
export class BertModelOutput {
  /**
   * [tokens, hidden]: real tokens only, sequence after sequence. `unpackTokens` spreads them over
   * [rows, columns, hidden].
   */
  declare readonly lastHiddenState: Tensor;
  /** [rows, hidden]: the first token of each sequence, after the pooler. */
  declare readonly poolerOutput: Tensor;
  /** Hidden states, each [tokens, hidden]; the first is that of the embeddings. Only on request. */
  declare readonly hiddenStates?: readonly Tensor[] | undefined;
  /** The real tokens of the batch and their positions. */
  declare readonly packed: PackedBatch;

  constructor(members: BertModelOutput) {
    Object.assign(this, members);
  }
}

answerOtherNames(BertModelOutput.prototype, 'the output of BertModel has', ArgumentError, {
  ...pythonNames(['lastHiddenState', 'poolerOutput', 'hiddenStates']),
  0: 'lastHiddenState',
  1: 'poolerOutput',
});

/**
 * BERT without a head (Devlin et al. 2018): token vectors, and one vector per sequence. Padding is
 * dropped before anything is computed.
 */
export class BertModel extends PretrainedModel {
  static override readonly kind: ModelKind = {
    architecture: 'BertModel',
    basePrefix: '',
    shapes: bertShapes,
    mayBeNew: (name) => name.startsWith('pooler.'),
  };
  /** Word, position and type vectors, summed and normalised. */
  readonly embeddings: BertEmbeddings;
  /** The stack of layers. */
  readonly encoder: BertEncoder;
  /** Computes one vector for each sequence from its first token. */
  readonly pooler: BertPooler;

  /** @param seed of dropout. Default: that of the last `setSeed`, else 42 */
  constructor(config: BertConfig, weights: WeightSource, seed?: number) {
    super(config, weights, seed);
    this.embeddings = new BertEmbeddings(config, (name) => weights(`embeddings.${name}`));
    this.encoder = new BertEncoder(config, (name) => weights(`encoder.${name}`));
    this.pooler = new BertPooler((name) => weights(`pooler.${name}`));
  }

  /**
   * @param inputs `input_ids` [rows, columns], with `attention_mask` and `token_type_ids` of the
   *   same shape where there are any
   * @throws BatchError for ids outside the vocabulary, rows without tokens, rows longer than the
   *   model takes
   */
  forward(inputs: ModelInputs, options: ForwardOptions = {}): BertModelOutput {
    return this.record(inputs, options, (pinned) => this.#compute(inputs, pinned));
  }

  #compute(inputs: ModelInputs, options: ForwardOptions & DropoutKey): BertModelOutput {
    const packed = packBatch(inputs, this.config, options.exampleOffset);
    const { config, device } = this;
    const drops =
      config.hiddenDropoutProb > 0 || config.attentionProbsDropoutProb > 0 || this.neftuneNoiseAlpha !== null;
    const random = this.training && drops ? randomKey(device, options, packed.tokenKeys) : null;
    const run: Run = { packed, random, sequences: packSequences(device, packed.cuSeqlens) };
    const embedded = this.embeddings.forward(run, this.encoder.readersBefore(0));
    const hiddenStates = this.encoder.forward(embedded, run, options.outputHiddenStates ?? false);
    const lastHiddenState = hiddenStates.at(-1) as Tensor;
    const poolerOutput = this.pooler.forward(lastHiddenState, run);
    const requested = options.outputHiddenStates && { hiddenStates };
    return new BertModelOutput({ lastHiddenState, poolerOutput, packed, ...requested });
  }
}
