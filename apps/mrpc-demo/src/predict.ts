import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataCollatorWithPadding } from '@attune/data';
import { noGrad } from '@attune/tensor';
import { DemoError } from './cli/demoError.ts';

/** The prediction of a model for one or two texts. */
export type Prediction =
  | {
      /** The most likely class. */
      readonly label: string;
      readonly probability: number;
      /** Probability of every class, by name. They sum to 1. */
      readonly probabilities: Readonly<Record<string, number>>;
    }
  | {
      /** Every label with a probability above one half. */
      readonly labels: readonly string[];
      /** Probability of every label, by name, independent of the others. */
      readonly probabilities: Readonly<Record<string, number>>;
    }
  | {
      /** The value of a regression. */
      readonly score: number;
    };

/**
 * Predicts with a saved model.
 *
 * @param name a folder, or a name on the hub
 * @throws DemoError for a model whose head was never trained
 */
export async function predict(name: string, [first, second]: readonly [string, string | null]): Promise<Prediction> {
  const tokenizer = await AutoTokenizer.fromPretrained(name);
  using model = await AutoModelForSequenceClassification.fromPretrained(name, { silent: true });
  const { missing = [] } = model.loadReport ?? {};
  if (missing.length > 0)
    throw new DemoError(
      `${name} has no trained head to classify with (it lacks ${missing.join(', ')}), so its answers would be those of ` +
        'random weights. Train it on your task first, npm run demo -- --model … --dataset …, and pass predict the folder that this writes.',
    );
  const encoded = tokenizer(first, second ?? null, { truncation: true });
  const batch = new DataCollatorWithPadding({ tokenizer })([{ ...encoded }]);
  const logits = await noGrad(() => model.device.scope(() => model.forward(batch).logits.data()));
  return readLogits([...logits], model.config.labels, model.config.problemType);
}

/** Interprets logits by what the model was trained for, as do the pipelines of `transformers`. */
export function readLogits(logits: readonly number[], names: readonly string[], problem: string | null): Prediction {
  if (problem === 'regression' || (problem === null && logits.length === 1)) return { score: logits[0] ?? NaN };
  const isMultiLabel = problem === 'multi_label_classification';
  const values = isMultiLabel ? logits.map((logit) => 1 / (1 + Math.exp(-logit))) : softmax(logits);
  const named = values.map((value, index): [string, number] => [names[index] ?? `LABEL_${index}`, value]);
  const probabilities = Object.fromEntries(named);
  if (isMultiLabel) return { labels: named.filter(([, value]) => value > 0.5).map(([name]) => name), probabilities };
  const [label, probability] = named.reduce((best, one) => (one[1] > best[1] ? one : best));
  return { label, probability, probabilities };
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** A line for each class, names and numbers below each other. */
export function predictionLines(prediction: Prediction): string[] {
  if ('score' in prediction) return [`score ${prediction.score.toFixed(4)}`];
  const rows = Object.entries(prediction.probabilities).sort((a, b) => b[1] - a[1]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${(100 * value).toFixed(1).padStart(5)}%`);
}
