import { ClassLabel, Dataset } from '@attune/data';
import type { DatasetDict, Feature } from '@attune/data';
import { nearestName } from '@attune/validate';
import { DemoError } from '../cli/demoError.ts';
import type { ColumnOptions } from '../cli/options.ts';
import type { LabelledData, LabelledRow } from './source.ts';

type Row = Record<string, unknown>;

/** Fraction of the training rows held out if a dataset has no validation rows. */
const heldOut = 0.1;

/**
 * Texts and labels of any dataset under the names of MRPC's columns, and validation rows.
 *
 * @throws DemoError when it is unclear which columns to read, or what the labels mean
 */
export async function labelledData(
  name: string,
  splits: DatasetDict<Row>,
  options: ColumnOptions,
  seed: number,
  say: (line: string) => void,
): Promise<LabelledData> {
  const all = splits['train'];
  if (!all) throw new DemoError(`${name} has the splits ${splits.splitNames().join(', ')}; training needs train`);
  const labelColumn = findColumn(name, all, options.labelColumn ?? 'label', '--label-column');
  const textColumns = chooseTextColumns(name, all, labelColumn, options.textColumns);
  let train = await labelledRows(all, 'train', labelColumn, say);
  const labels = readLabels(name, train, labelColumn);
  const given = splits.splitNames().find((split) => /^(validation|dev)/.test(split)) ?? 'test';
  let validation = splits[given] && (await labelledRows(splits[given], given, labelColumn, say));
  if (!validation || validation.length === 0) {
    if (train.length < 2) throw new DemoError(`${name} has ${train.length} labelled rows to train on; two are needed`);
    const divided = train.trainTestSplit({ testSize: heldOut, seed });
    [train, validation] = [divided.split('train'), divided.split('test')];
    say(`There are no labelled rows to validate on: ${validation.length} rows of train are held out.`);
  }
  const isPlain = labelColumn === 'label' && textColumns.every((column, index) => column === `sentence${index + 1}`);
  const toRows = (dataset: Dataset<Row>): Dataset<LabelledRow> => {
    if (isPlain && !labels.numberOf) return dataset as unknown as Dataset<LabelledRow>;
    const numberOf = labels.numberOf ?? Number;
    return Dataset.fromRows<LabelledRow>(
      dataset.toRows().map((row) => {
        const [sentence1 = '', sentence2] = textColumns.map((column) => String(row[column] ?? ''));
        return { sentence1, ...(sentence2 !== undefined && { sentence2 }), label: numberOf(row[labelColumn]) };
      }),
    );
  };
  return {
    train: toRows(train),
    validation: toRows(validation),
    pairs: textColumns.length === 2,
    labelNames: labels.names,
  };
}

function findColumn(name: string, { columnNames }: Dataset<Row>, column: string, option: string): string {
  if (columnNames.includes(column)) return column;
  const nearest = nearestName(column, columnNames);
  throw new DemoError(
    `${name} has no column ${column}${nearest ? `; did you mean ${nearest}?` : '.'} Its columns are ${columnNames.join(', ')}; name one with ${option}${columnNames.length === 1 ? ', or what separates them with --delimiter' : ''}.`,
  );
}

/** The columns that were named; else MRPC's; else the only one or two with texts. */
function chooseTextColumns(
  name: string,
  dataset: Dataset<Row>,
  labelColumn: string,
  named: readonly string[] | null,
): readonly string[] {
  if (named) return named.map((column) => findColumn(name, dataset, column, '--text-columns'));
  const usual = ['sentence1', 'sentence2'];
  if (usual.every((column) => dataset.columnNames.includes(column))) return usual;
  const isText = (feature: Feature | undefined) => feature?.type === 'value' && feature.dtype === 'string';
  const texts = dataset.columnNames.filter((column) => column !== labelColumn && isText(dataset.features[column]));
  if (texts.length === 1 || texts.length === 2) return texts;
  throw new DemoError(
    `${name} has the columns ${dataset.columnNames.join(', ')}; say which one or two hold the texts: --text-columns A,B`,
  );
}

/** The rows that have a label: datasets mark a missing one by -1 or null. */
async function labelledRows(
  dataset: Dataset<Row>,
  split: string,
  labelColumn: string,
  say: (line: string) => void,
): Promise<Dataset<Row>> {
  if (!dataset.columnNames.includes(labelColumn)) return dataset.select([]);
  const isScore = dataset.column(labelColumn).some((label) => typeof label === 'number' && label % 1 !== 0);
  const isMissing = (label: unknown) => label === null || (label === -1 && !isScore);
  const kept = dataset.column(labelColumn).flatMap((label, row) => (isMissing(label) ? [] : [row]));
  if (kept.length === dataset.length) return dataset;
  say(`${dataset.length - kept.length} rows of ${split} have no label and are left out.`);
  return dataset.select(kept);
}

interface Labels {
  /** Class names by number; null for scores. */
  readonly names: readonly string[] | null;
  /** Returns the number of a label; null if labels are numbers already. */
  readonly numberOf: ((label: unknown) => number) | null;
}

/**
 * Names become classes in alphabetical order; whole numbers from 0 are classes; others are scores.
 */
function readLabels(name: string, dataset: Dataset<Row>, column: string): Labels {
  const feature = dataset.features[column];
  if (feature instanceof ClassLabel) return { names: feature.names, numberOf: null };
  const labels = [...new Set(dataset.column(column))];
  if (labels.length > 0 && labels.every((label) => typeof label === 'string' || typeof label === 'boolean')) {
    const names = labels.map(String).sort();
    const numbers = new Map(names.map((label, number) => [label, number]));
    const numberOf = (label: unknown) => {
      const number = numbers.get(String(label));
      if (number === undefined)
        throw new DemoError(
          `${name} has the label "${String(label)}" to validate on, which no row to train on has; there are ${names.join(', ')}`,
        );
      return number;
    };
    return { names, numberOf };
  }
  if (labels.length === 0 || !labels.every((label) => typeof label === 'number'))
    throw new DemoError(
      `the labels of ${name} in ${column} must be names, whole numbers from 0, or scores; there is ${JSON.stringify(labels.find((label) => typeof label !== 'number') ?? null)}`,
    );
  if (labels.some((label) => !Number.isInteger(label) || label < 0)) return { names: null, numberOf: null };
  const count = labels.reduce((most, label) => Math.max(most, label), 1) + 1;
  return { names: Array.from({ length: count }, (_, label) => `LABEL_${label}`), numberOf: null };
}
