import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataCollatorWithPadding } from '@attune/data';
import { noGrad } from '@attune/tensor';
import type { PredictOptions } from './cli/options.ts';

/** What a model says of one or two sentences. */
export interface Prediction {
  readonly label: string;
  /** Of that label, 0 to 1. */
  readonly probability: number;
  /** Of every label, by name. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** Asks a saved model. */
export async function predict({ model: folder, sentences: [first, second] }: PredictOptions): Promise<Prediction> {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  using model = await AutoModelForSequenceClassification.fromPretrained(folder);
  const encoded =
    second === null
      ? tokenizer(first, undefined, { truncation: true })
      : tokenizer(first, second, { truncation: true });
  const batch = new DataCollatorWithPadding({ tokenizer })([{ ...encoded }]);
  const logits = await noGrad(() => model.device.scope(() => model.forward(batch).logits.data()));
  const largest = Math.max(...logits);
  const exponentials = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  const names = exponentials.map((_, index) => model.config.labels[index] ?? `LABEL_${index}`);
  const best = exponentials.indexOf(Math.max(...exponentials));
  return {
    label: names[best] ?? '',
    probability: (exponentials[best] ?? 0) / sum,
    probabilities: Object.fromEntries(exponentials.map((value, index) => [names[index], value / sum])),
  };
}
