// A training loop by hand: what the Trainer does, written as in PyTorch.
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataCollatorWithPadding, DataLoader } from '@attune/data';
import { AdamW, getScheduler, noGrad, setSeed } from '@attune/tensor';
import { checkpoint, sentences } from './parts/tinyTask.ts';

setSeed(42);
const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
const dataset = await sentences.map((row) => ({ ...tokenizer(row.text) }), { removeColumns: ['text'] });
const loader = new DataLoader(dataset, {
  shuffle: true,
  batchSize: 8,
  collateFn: new DataCollatorWithPadding({ tokenizer }),
});

const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, { numLabels: 2, silent: true });
const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
const numTrainingSteps = 8 * loader.length;
const scheduler = getScheduler('linear', { optimizer, numWarmupSteps: 0, numTrainingSteps });

model.train();
for (let epoch = 0; epoch < 8; epoch++) {
  for await (const batch of loader) {
    const { loss } = model.forward(batch);
    loss?.backward();
    await optimizer.step();
    scheduler.step();
    optimizer.zeroGrad();
    if (loss) console.log(`epoch ${epoch + 1}, loss ${(await loss.item()).toFixed(4)}`);
  }
}

model.eval();
const collate = new DataCollatorWithPadding({ tokenizer });
const question = collate([{ ...tokenizer('It will rain on the lake.') }]);
const { logits } = noGrad(() => model.forward(question));
console.log('about rain:', await logits.data());
