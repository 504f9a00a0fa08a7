import type { Column } from '../columns/column.ts';
import { DatasetError } from '../errors.ts';
import { ClassLabel, describeFeature } from '../features/feature.ts';
import { freshSeed, Pcg64 } from '../random/pcg64.ts';
import type { SplitOptions } from './options.ts';

interface SplitSizes {
  readonly train: number;
  readonly test: number;
}

/**
 * Numbers of rows of both sides: fractions are rounded up for test and down for train, as in
 * `datasets`.
 * @throws DatasetError
 */
function splitSizes(rows: number, { testSize, trainSize }: SplitOptions): SplitSizes {
  const count = (name: string, size: number, round: (value: number) => number): number => {
    const valid = Number.isInteger(size) ? size > 0 && size < rows : size > 0 && size < 1;
    if (!valid)
      throw new DatasetError(
        `trainTestSplit: ${name} must be a fraction between 0 and 1, or a number of rows from 1 to ${rows - 1} (there are ${rows}); got ${size}`,
      );
    return Number.isInteger(size) ? size : round(size * rows);
  };
  const wantedTest = testSize ?? (trainSize === undefined ? 0.25 : undefined);
  const givenTest = wantedTest === undefined ? undefined : count('testSize', wantedTest, Math.ceil);
  const givenTrain = trainSize === undefined ? undefined : count('trainSize', trainSize, Math.floor);
  const test = givenTest ?? rows - givenTrain!;
  const train = givenTrain ?? rows - givenTest!;
  if (train + test > rows)
    throw new DatasetError(
      `trainTestSplit: trainSize and testSize ask for ${train} and ${test} rows; there are ${rows}`,
    );
  if (train === 0)
    throw new DatasetError(
      `trainTestSplit: nothing is left for train (${rows} rows, testSize ${testSize}, trainSize ${trainSize})`,
    );
  return { train, test };
}

/** Row numbers of both sides. @throws DatasetError */
export function splitRows(
  rows: number,
  options: SplitOptions,
  labels: Column | undefined,
): { train: Int32Array; test: Int32Array } {
  const { train, test } = splitSizes(rows, options);
  if (options.shuffle === false) {
    if (labels) throw new DatasetError('trainTestSplit: stratifyByColumn needs shuffle');
    const order = Int32Array.from({ length: train + test }, (_, row) => row);
    return { train: order.slice(0, train), test: order.slice(train) };
  }
  const generator = new Pcg64(options.seed ?? freshSeed());
  if (labels) return stratified(labels, options.stratifyByColumn ?? '', { train, test }, generator);
  const order = generator.permutation(rows);
  return { train: order.slice(test, test + train), test: order.slice(0, test) };
}

/** scikit-learn's StratifiedShuffleSplit, as `datasets` draws it. */
function stratified(
  labels: Column,
  name: string,
  sizes: SplitSizes,
  generator: Pcg64,
): { train: Int32Array; test: Int32Array } {
  if (!(labels.feature instanceof ClassLabel)) {
    throw new DatasetError(
      `trainTestSplit: stratifyByColumn needs a ClassLabel column; '${name}' is ${describeFeature(labels.feature)}. Use classEncodeColumn('${name}') first.`,
    );
  }
  const rowsOfClass = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    // As in NumPy, missing labels are a class of their own, and the last.
    const label = Number(labels.at(row) ?? Infinity);
    const rows = rowsOfClass.get(label);
    if (rows) rows.push(row);
    else rowsOfClass.set(label, [row]);
  }
  const classes = [...rowsOfClass].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  if (classes.some(({ length }) => length < 2))
    throw new DatasetError(
      `trainTestSplit: a class of '${name}' has a single row; each needs at least 2 to be on both sides`,
    );
  for (const side of ['train', 'test'] as const) {
    if (sizes[side] < classes.length)
      throw new DatasetError(
        `trainTestSplit: ${side} gets ${sizes[side]} rows, fewer than the ${classes.length} classes of '${name}'`,
      );
  }
  const counts = classes.map(({ length }) => length);
  const trainCounts = approximateMode(counts, sizes.train, generator);
  const testCounts = approximateMode(
    counts.map((count, index) => count - trainCounts[index]!),
    sizes.test,
    generator,
  );
  const train = new Int32Array(sizes.train);
  const test = new Int32Array(sizes.test);
  let [trainRows, testRows] = [0, 0];
  for (const [index, rows] of classes.entries()) {
    const order = generator.permutation(rows.length).map((position) => rows[position]!);
    const [inTrain, inTest] = [trainCounts[index]!, testCounts[index]!];
    train.set(order.subarray(0, inTrain), trainRows);
    test.set(order.subarray(inTrain, inTrain + inTest), testRows);
    trainRows += inTrain;
    testRows += inTest;
  }
  return { train: generator.shuffle(train), test: generator.shuffle(test) };
}

/**
 * Most likely class counts of `draws` draws: shares rounded down, the rest by largest remainder,
 * ties at random.
 */
function approximateMode(counts: readonly number[], draws: number, generator: Pcg64): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (draws * count) / total);
  const result = exact.map(Math.floor);
  const remainders = exact.map((share, index) => share - result[index]!);
  let missing = draws - result.reduce((sum, count) => sum + count, 0);
  for (const remainder of [...new Set(remainders)].sort((a, b) => b - a)) {
    if (missing === 0) break;
    const tied = remainders.flatMap((other, index) => (other === remainder ? [index] : []));
    const chosen = generator.choice(tied, Math.min(tied.length, missing));
    for (const index of chosen) result[index]! += 1;
    missing -= chosen.length;
  }
  return result;
}
