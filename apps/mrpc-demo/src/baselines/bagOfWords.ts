/** One or two texts, and their label. */
interface LabelledPair {
  readonly sentence1: string;
  readonly sentence2?: string;
  readonly label: number;
}

/** Indices of the nonzero features, and their values. */
interface Features {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

const epochs = 30;
const learningRate = 0.1;
const decay = 1e-4;
const overlapFeatures = 4;

const wordsOf = (sentence: string) => new Set(sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/**
 * A logistic regression on the words of each sentence and on how many they share: what can be
 * predicted without the order of words. Returns a label for each pair to predict. With more than
 * two labels it is trained one-vs-rest.
 */
export function bagOfWordsPredictions(train: readonly LabelledPair[], pairs: readonly LabelledPair[]): number[] {
  const vocabulary = new Map<string, number>();
  for (const { sentence1, sentence2 = '' } of train) {
    for (const word of [...wordsOf(sentence1), ...wordsOf(sentence2)])
      if (!vocabulary.has(word)) vocabulary.set(word, vocabulary.size);
  }
  const featuresOf = ({ sentence1, sentence2 = '' }: LabelledPair): Features => {
    const [first, second] = [wordsOf(sentence1), wordsOf(sentence2)];
    const shared = [...first].filter((word) => second.has(word)).length;
    const union = Math.max(1, first.size + second.size - shared);
    const indices = [0, 1, 2, 3];
    const values = [
      1,
      shared / union,
      shared / Math.max(1, Math.min(first.size, second.size)),
      Math.abs(first.size - second.size) / 10,
    ];
    for (const [offset, words] of [first, second].entries()) {
      for (const word of words) {
        const number = vocabulary.get(word);
        if (number === undefined) continue;
        indices.push(overlapFeatures + 2 * number + offset);
        values.push(1);
      }
    }
    return { indices, values };
  };
  const trainFeatures = train.map(featuresOf);
  const labels = [...new Set(train.map(({ label }) => label))].sort((a, b) => a - b);
  const size = overlapFeatures + 2 * vocabulary.size;
  const scorers = labels.map((label) =>
    fit(
      trainFeatures,
      train.map((pair) => Number(pair.label === label)),
      size,
    ),
  );
  return pairs.map(featuresOf).map((features) => {
    const scores = scorers.map((weights) => score(weights, features));
    return labels[scores.indexOf(Math.max(...scores))] ?? 0;
  });
}

function score(weights: Float64Array, { indices, values }: Features): number {
  let sum = 0;
  for (const [place, index] of indices.entries()) sum += (weights[index] as number) * (values[place] as number);
  return sum;
}

/** Logistic regression trained by AdaGrad, one example at a time. */
function fit(features: readonly Features[], targets: readonly number[], size: number): Float64Array {
  const weights = new Float64Array(size);
  const squares = new Float64Array(size).fill(1e-8);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [row, example] of features.entries()) {
      const error = 1 / (1 + Math.exp(-score(weights, example))) - (targets[row] as number);
      for (const [place, index] of example.indices.entries()) {
        const gradient = error * (example.values[place] as number) + decay * (weights[index] as number);
        squares[index] = (squares[index] as number) + gradient * gradient;
        weights[index] = (weights[index] as number) - (learningRate * gradient) / Math.sqrt(squares[index] as number);
      }
    }
  }
  return weights;
}
