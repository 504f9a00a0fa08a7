import { ClassLabel, Dataset, datasetDict, value } from '@attune/data';
import { describe, expect, it } from 'vitest';
import { DemoError } from '../cli/demoError.ts';
import type { ColumnOptions } from '../cli/options.ts';
import { labelledData } from './labelledData.ts';

type Row = Record<string, unknown>;

const unnamed: ColumnOptions = { textColumns: null, labelColumn: null, delimiter: null, plainQuotes: false };
const said: string[] = [];

function read(splits: Record<string, readonly Row[]>, columns: Partial<ColumnOptions> = {}) {
  said.length = 0;
  const datasets = Object.fromEntries(
    Object.entries(splits).map(([name, rows]) => [name, Dataset.fromRows<Row>(rows)]),
  );
  return labelledData('mine', datasetDict<Row>(datasets), { ...unnamed, ...columns }, 1, (line) => said.push(line));
}

const rows = (count: number, label: (row: number) => unknown) =>
  Array.from({ length: count }, (_, row) => ({ text: `text ${row}`, label: label(row) }));

describe('labelledData', () => {
  it('takes names as classes, in the order of the alphabet, and keeps them', async () => {
    const data = await read({ train: rows(6, (row) => ['yes', 'no'][row % 2]), validation: rows(2, () => 'no') });
    expect(data.labelNames).toEqual(['no', 'yes']);
    expect(data.pairs).toBe(false);
    expect(data.train.column('label')).toEqual([1, 0, 1, 0, 1, 0]);
    expect(data.validation.at(0)).toEqual({ sentence1: 'text 0', label: 0 });
  });

  it('holds rows out if there are none to validate on', async () => {
    const data = await read({ train: rows(20, (row) => row % 3) });
    expect([data.train.length, data.validation.length]).toEqual([18, 2]);
    expect(data.labelNames).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
    expect(said).toEqual(['There are no labelled rows to validate on: 2 rows of train are held out.']);
  });

  it('takes scores for a regression', async () => {
    const data = await read({ train: rows(10, (row) => row / 2), validation: rows(1, () => -1.5) });
    expect(data.labelNames).toBeNull();
    expect(data.train.column('label').slice(0, 3)).toEqual([0, 0.5, 1]);
  });

  it('reads the columns that are named', async () => {
    const train = [
      { subject: 'a', body: 'b', note: 'x', team: 'sales' },
      { subject: 'c', body: null, note: 'y', team: 'it' },
    ];
    const columns = { textColumns: ['subject', 'body'], labelColumn: 'team' };
    const data = await read({ train, test: train.slice(0, 1) }, columns);
    expect(data.pairs).toBe(true);
    expect(data.train.toRows()).toEqual([
      { sentence1: 'a', sentence2: 'b', label: 1 },
      { sentence1: 'c', sentence2: '', label: 0 },
    ]);
    await expect(read({ train }, { ...columns, labelColumn: 'teams' })).rejects.toThrow(
      /no column teams; did you mean team\?/,
    );
    await expect(read({ train }, { labelColumn: 'team' })).rejects.toThrow(/--text-columns A,B/);
  });

  it('leaves rows without a label out, and says so', async () => {
    const data = await read({ train: rows(4, (row) => (row === 2 ? null : 'a')), test: rows(3, () => -1) });
    expect(data.train.length + data.validation.length).toBe(3);
    expect(said[0]).toBe('1 rows of train have no label and are left out.');
    expect(said[1]).toBe('3 rows of test have no label and are left out.');
  });

  it('leaves rows of MRPC as they are', async () => {
    const features = {
      sentence1: value('string'),
      sentence2: value('string'),
      label: new ClassLabel({ names: ['not', 'same'] }),
      idx: value('int32'),
    };
    const train = Dataset.fromRows<Row>([{ sentence1: 'a', sentence2: 'b', label: 1, idx: 7 }], { features });
    const data = await labelledData('glue/mrpc', datasetDict({ train, validation: train }), unnamed, 1, () => {});
    expect(data.train).toBe(train);
    expect(data.labelNames).toEqual(['not', 'same']);
  });

  it.each([
    [{ validation: rows(1, () => 1) }, /needs train/],
    [{ train: rows(4, (row) => [row, row]) }, /must be names, whole numbers from 0, or scores/],
    [{ train: [{ 'a;b': 'x' }] }, /--delimiter/],
    [
      { train: rows(2, () => 'a'), validation: rows(1, () => 'b') },
      /mine has the label "b" to validate on, which no row to train on has; there are a$/,
    ],
  ])('refuses %#', async (splits, message) => {
    await expect(read(splits)).rejects.toThrow(DemoError);
    await expect(read(splits)).rejects.toThrow(message);
  });
});
