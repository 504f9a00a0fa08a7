// The lesson on MRPC, once: accuracy, F1 and the predicted labels after each epoch.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFolder } from '../setup/root-folder.mjs';

// The demo depends on all packages; from its folder their names are found.
const demo = createRequire(join(rootFolder, 'apps/mrpc-demo/package.json'));

/** A package of ours, by its name. */
export const load = (name) => import(pathToFileURL(demo.resolve(name)).href);
const { AutoModelForSequenceClassification, AutoTokenizer } = await load('@attune/bert');
const { DataCollatorWithPadding, loadDataset } = await load('@attune/data');
const evaluate = await load('@attune/evaluate');
const { setSeed } = await load('@attune/tensor');
const { Trainer, TrainingArguments } = await load('@attune/trainer');

/**
 * Reads MRPC from a folder with train.tsv and validation.tsv.
 * @param checkpoint folder or hub name
 */
export async function readMrpc(checkpoint, folder) {
  const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
  const raw = await loadDataset(folder, 'mrpc');
  const encode = (batch) => tokenizer(batch.sentence1, batch.sentence2, { truncation: true });
  const { train, validation } = await raw.map(encode, { batched: true });
  return { checkpoint, tokenizer, train, validation };
}

/**
 * Three epochs with the Trainer's defaults, with dropout.
 * @param rows how many training rows, the first of an order drawn from the seed. Default: all
 */
export async function trainOnMrpc({ checkpoint, tokenizer, train, validation }, { seed, rows = train.numRows }) {
  const metric = await evaluate.load('glue', 'mrpc');
  const epochs = [];
  const output = mkdtempSync(join(tmpdir(), 'attune-parity-'));
  setSeed(seed);
  const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, {
    numLabels: 2,
    seed,
    silent: true,
  });
  try {
    const trainer = new Trainer({
      model,
      args: new TrainingArguments(output, { evalStrategy: 'epoch', saveStrategy: 'no', seed, disableTqdm: true }),
      trainDataset:
        rows < train.numRows ? train.shuffle({ seed }).select(Array.from({ length: rows }, (_, row) => row)) : train,
      evalDataset: validation,
      dataCollator: new DataCollatorWithPadding({ tokenizer }),
      processingClass: tokenizer,
      computeMetrics: async ({ predictions, labelIds }) => {
        const labels = predictions.argmax(-1);
        const metrics = await metric.compute({ predictions: labels, references: labelIds });
        epochs.push({ ...metrics, labels: Array.from(labels.data).join('') });
        return metrics;
      },
    });
    const began = performance.now();
    const { trainingLoss } = await trainer.train();
    return { seed, rows, trainingLoss, seconds: (performance.now() - began) / 1000, epochs };
  } finally {
    model.dispose();
    rmSync(output, { recursive: true, force: true });
  }
}
