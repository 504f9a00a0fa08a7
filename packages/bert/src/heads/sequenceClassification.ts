import type { Tensor } from '@attune/tensor';
import { answerOtherNames, ArgumentError, pythonNames } from '@attune/validate';
import { requireInputs, type ForwardOptions, type ModelInputs } from '../pretrained/modelInputs.ts';
import { BertHead, headKind } from './head.ts';
import { labelsOf, lossOf } from './labels.ts';

/** Result of {@link BertForSequenceClassification} for a batch. */
export class SequenceClassifierOutput {
  /** Scalar; 0 when none of the rows has a label, missing when the batch has no `labels`. */
  declare readonly loss?: Tensor | undefined;
  /** [rows, numLabels]. */
  declare readonly logits: Tensor;
  /** Each [tokens, hidden], on request. */
  declare readonly hiddenStates?: readonly Tensor[] | undefined;

  constructor(members: SequenceClassifierOutput) {
    Object.assign(this, members);
  }
}

answerOtherNames(SequenceClassifierOutput.prototype, 'the output of BertForSequenceClassification has', ArgumentError, {
  ...pythonNames(['hiddenStates']),
  0: 'loss, or logits where the batch has no labels',
  1: 'logits where the batch has labels',
});

/**
 * BERT with a classifier over the pooled first token. One label is regression (mean squared error);
 * whole-number labels are classes (cross-entropy); rows of floats are several labels at once
 * (binary cross-entropy). If `config.problemType` is not set, the first labels set it.
 */
export class BertForSequenceClassification extends BertHead {
  static override readonly kind = headKind('BertForSequenceClassification');

  /**
   * Records the computation of logits and, when the batch has `labels`, of the loss, without
   * waiting.
   *
   * @param inputs `input_ids` [rows, columns], and where there are any `attention_mask`,
   *   `token_type_ids` [rows, columns], `labels` [rows] or [rows, numLabels]
   * @throws BatchError for inputs or labels that do not fit the model
   */
  forward(
    inputs: ModelInputs & Pick<Required<ModelInputs>, 'labels'>,
    options?: ForwardOptions,
  ): SequenceClassifierOutput & { readonly loss: Tensor };
  forward(inputs: ModelInputs, options?: ForwardOptions): SequenceClassifierOutput;
  forward(inputs: ModelInputs, options: ForwardOptions = {}): SequenceClassifierOutput {
    return this.record(inputs, options, (pinned) => {
      const labels = labelsOf(inputs, this.config);
      const { poolerOutput, packed, hiddenStates } = this.bert.forward(inputs, pinned);
      const logits = this.classify(poolerOutput, packed.rowKeys, pinned);
      if (labels && labels.labelled > 0) this.config.problemType ??= labels.problemType;
      return new SequenceClassifierOutput({
        ...(labels && { loss: lossOf(logits, labels, options.numItemsInBatch) }),
        logits,
        ...(hiddenStates && { hiddenStates }),
      });
    });
  }

  /**
   * Number of examples that count in the loss: all, except those of class -1 or -100 in
   * single-label classification.
   * @throws BatchError for labels that do not fit the model
   */
  countLabels(inputs: ModelInputs): number {
    requireInputs(`${this.architecture}.countLabels`, inputs);
    return labelsOf(inputs, this.config)?.labelled ?? 0;
  }
}
