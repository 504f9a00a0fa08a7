import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { crossEntropy, type Tensor } from '@attune/tensor';
import { readInput, type ForwardOptions, type ModelInputs } from '../pretrained/modelInputs.ts';
import { BertHead, headKind } from './head.ts';

/** A head as its author writes it: what its labels mean, its loss, the shape of its output. */
class BertForTokenClassification extends BertHead {
  static override readonly kind = headKind('BertForTokenClassification');

  /** @returns logits [tokens, numLabels], of the real tokens only */
  forward(inputs: ModelInputs, options: ForwardOptions = {}): { readonly logits: Tensor; readonly loss?: Tensor } {
    return this.record(inputs, options, (pinned) => {
      const { lastHiddenState, packed } = this.bert.forward(inputs, pinned);
      const logits = this.classify(lastHiddenState, packed.tokenKeys, pinned);
      const labels = readInput(inputs, 'labels');
      if (!labels) return { logits };
      const kept = Int32Array.from(packed.paddedIndex, (index) => labels.data[index] ?? -100);
      return { logits, loss: crossEntropy(logits, kept) };
    });
  }
}

it('a head of another task is one short class', async () => {
  const folder = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));
  const model = await BertForTokenClassification.fromPretrained(folder, { numLabels: 3, silent: true });
  expect(model.loadReport?.missing).toEqual(['classifier.weight', 'classifier.bias']);
  const inputs = {
    input_ids: [
      [2, 20, 3],
      [2, 3, 0],
    ],
    attention_mask: [
      [1, 1, 1],
      [1, 1, 0],
    ],
  };
  const read = (given: ModelInputs) =>
    model.device.scope(() => {
      const { logits, loss } = model.forward(given);
      return Promise.all([logits.data(), loss?.item()]);
    });
  const [logits] = await read(inputs);
  expect(logits).toHaveLength(5 * 3);
  const labels = [
    [0, 1, -100],
    [-100, 2, 0],
  ];
  const [, loss] = await read({ ...inputs, labels });
  const expected = [
    [0, 0],
    [1, 1],
    [4, 2],
  ].map(([row = 0, label = 0]) => {
    const scores = [...logits.subarray(3 * row, 3 * row + 3)];
    return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - (scores[label] ?? NaN);
  });
  expect(loss).toBeCloseTo(expected.reduce((sum, term) => sum + term, 0) / 3, 5);
  model.train();
  const [first] = await read(inputs);
  const [second] = await read(inputs);
  expect(first).not.toEqual(second);
  expect(new Set((await model.files()).keys())).toEqual(new Set(['config.json', 'model.safetensors']));
  expect(model.architecture).toBe('BertForTokenClassification');
  model.dispose();
});
