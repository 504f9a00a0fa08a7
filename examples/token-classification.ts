// Token classification, as in run_ner: a head of your own over BERT says of each word whether it
// is a noun, a verb or neither. All 41 words are right (2026-11-30). Its weights have the names of
// `BertForTokenClassification`, which gives the same loss and logits.
// npm run example -- token-classification
import { AutoModel, AutoTokenizer, type BertModel } from '@attune/bert';
import type { Batch } from '@attune/data';
import * as evaluate from '@attune/evaluate';
import { crossEntropy, indexSelect, Linear, Module, reshape, scale, setSeed } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { ForwardContext } from '@attune/trainer';
import { checkpoint } from './parts/tinyTask.ts';
import { ignored, taggedWords, tokenCollator } from './parts/wordTask.ts';

/** BERT computes real tokens only, packed side by side; `paddedIndex` says where each belongs. */
class TokenClassifier extends Module {
  readonly inputNames = ['input_ids', 'attention_mask'];
  readonly bert: BertModel;
  readonly classifier: Linear;

  constructor(bert: BertModel, numLabels: number) {
    super();
    this.bert = bert;
    this.classifier = new Linear({ inFeatures: bert.config.hiddenSize, outFeatures: numLabels, device: bert.device });
  }

  forward({ labels, ...inputs }: Batch, context: ForwardContext = {}) {
    const { lastHiddenState, packed } = this.bert.forward(inputs, context);
    const { rows, columns, paddedIndex } = packed;
    const ofTokens = this.classifier.forward(lastHiddenState);
    const token = new Int32Array(rows * columns);
    for (const [index, place] of paddedIndex.entries()) token[place] = index;
    const logits = reshape(indexSelect(ofTokens, 0, token), [rows, columns, -1]);
    if (!labels) return { logits };
    const classes = Int32Array.from(paddedIndex, (place) => labels.data[place] ?? ignored);
    const sum = crossEntropy(ofTokens, classes, { reduction: 'sum' });
    return { logits, loss: scale(sum, 1 / (context.numItemsInBatch ?? classes.filter((label) => label >= 0).length)) };
  }
}

setSeed(42);
const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const dataset = taggedWords(tokenizer);
const accuracy = await evaluate.load('accuracy');
const trainer = new Trainer({
  model: new TokenClassifier(await AutoModel.fromPretrained(checkpoint), 3),
  args: new TrainingArguments('token-classification-output', {
    saveStrategy: 'no',
    numTrainEpochs: 30,
    learningRate: 2e-3,
  }),
  trainDataset: dataset,
  evalDataset: dataset,
  dataCollator: tokenCollator(tokenizer),
  computeMetrics: ({ predictions, labelIds }) => {
    const classes = predictions.argmax(-1).data;
    const known = [...labelIds.data.entries()].filter(([, label]) => label !== ignored);
    return accuracy.compute({
      predictions: known.map(([at]) => classes[at] ?? 0),
      references: known.map(([, label]) => label),
    });
  },
});
await trainer.train();
console.log(await trainer.evaluate());
