import { describe, expect, it } from 'vitest';
import * as data from './index.ts';

const rows = data.Dataset.fromRows([
  { a: 1, t: 'x' },
  { a: 2, t: 'y' },
]);
const dict = rows.trainTestSplit({ testSize: 1, seed: 1 });
// As JavaScript calls them: the compiler would refuse all of these.
const call = (target: object, name: string, ...given: unknown[]) =>
  Reflect.apply(Reflect.get(target, name), target, given);
const make = (name: keyof typeof data, ...given: unknown[]) =>
  Reflect.construct(Reflect.get(data, name) as never, given) as object;
const mapper = () => ({ b: 1 });

describe('what is not understood is refused by name', () => {
  it.each([
    ['map', () => call(rows, 'map'), 'map: function must be a function; got undefined'],
    ['map', () => call(rows, 'map', mapper, { batchsize: 2 }), 'map has no option batchsize; did you mean batchSize?'],
    ['map', () => call(rows, 'map', mapper, { remove_columns: ['a'] }), 'did you mean removeColumns?'],
    ['map', () => call(rows, 'map', mapper, { input_columns: ['a'] }), 'the function gets the whole row'],
    ['map', () => call(rows, 'map', mapper, { inputColumns: ['a'] }), 'the function gets the whole row'],
    ['map', () => call(rows, 'map', mapper, { num_proc: 4 }), 'it runs in this process'],
    ['map', () => call(rows, 'map', mapper, true), 'map takes its options as an object'],
    ['map', () => call(rows, 'map', mapper, { cache: { inputs: 1 } }), 'which has no key'],
    [
      'map of what no row has',
      () => call(rows, 'map', (row: { text?: string }) => ({ b: row.text })),
      'map: row 0 returned undefined for b; a missing value is null. The columns are a, t.',
    ],
    [
      'map of batches of nothing',
      () => call(rows, 'map', () => ({ b: undefined }), { batched: true }),
      'the function returned undefined',
    ],
    ['map of a dict', () => call(dict, 'map', mapper, { fnKwargs: {} }), 'any variable around it'],
    ['filter', () => call(rows, 'filter', true), 'filter: function must be a function; got true'],
    ['filter', () => call(rows, 'filter', () => true, { cache: {} }), 'only map keeps results'],
    ['filter of a dict', () => call(dict, 'filter', () => true, { batch_size: 1 }), 'did you mean batchSize?'],
    ['sort', () => call(rows, 'sort', 'a', { descending: true }), 'it is called reverse'],
    ['sort', () => call(rows, 'sort', 'A'), "there is no column 'A'. The columns are a, t. Did you mean 'a'?"],
    ['sort', () => call(rows, 'sort', 'a', {}, 'at_end'), 'sort: got "at_end" as an extra argument'],
    ['shuffle', () => call(rows, 'shuffle', 1, { b: 2 }), 'shuffle: got an object with b as an extra argument'],
    ['shuffle of a dict', () => call(dict, 'shuffle', 1, 2), 'shuffle: got 2 as an extra argument'],
    ['trainTestSplit', () => call(rows, 'trainTestSplit', { testSize: 1 }, 42), ': got 42 as an extra argument'],
    ['select', () => call(rows, 'select', [0], [1]), 'select: got an array of 1 as an extra argument'],
    [
      'map',
      () => call(rows, 'map', mapper, {}, { batched: true }),
      'map: got an object with batched as an extra argument',
    ],
    ['filter of a dict', () => call(dict, 'filter', () => true, {}, true), 'filter: got true as an extra argument'],
    ['map', () => call(rows, 'map', () => new Map([['b', 1]])), 'of row 0; it returned a Map'],
    ['map', () => call(rows, 'map', () => new Set([1]), { batched: true }), 'an object of columns; it returned a Set'],
    ['sort', () => call(rows, 'sort', []), 'sort: no column is named'],
    [
      'sort',
      () => call(data.Dataset.fromRows([{ a: [1] }]), 'sort', 'a'),
      "sort: 'a' holds list<int32>; only single values can be compared",
    ],
    ['sort', () => call(rows, 'sort'), 'sort: columns must be the name of a column'],
    ['shuffle', () => call(rows, 'shuffle', { generator: 1 }), 'it is called seed'],
    ['shuffle', () => call(rows, 'shuffle', 'x'), 'seed must be a whole number'],
    [
      'trainTestSplit',
      () => call(rows, 'trainTestSplit', 0.5),
      'takes its options as an object, { testSize, trainSize',
    ],
    ['trainTestSplit', () => call(rows, 'trainTestSplit', { test_size: 0.5 }), 'did you mean testSize?'],
    ['trainTestSplit', () => call(rows, 'trainTestSplit', { stratify: 'a' }), 'it is called stratifyByColumn'],
    ['shard', () => call(rows, 'shard', 2, 0), 'takes its options as an object, { numShards, index'],
    ['iter', () => call(rows, 'iter', 2), 'takes its options as an object, { batchSize'],
    ['select', () => call(rows, 'select', 0), 'select: indices must be row numbers'],
    ['select', () => call(rows, 'select', [{}]), 'select: there is no row {}; the dataset has 2 rows'],
    ['at', () => call(rows, 'at', {}), 'There is no row {}: the dataset has 2 rows'],
    ['column', () => call(rows, 'column', { a: 1 }), 'column: there is no column {"a":1}. The columns are a, t'],
    ['split', () => call(dict, 'split', undefined), 'There is no split undefined. There are: train, test'],
    [
      'NdArray.at',
      () => call(make('NdArray', Float32Array.of(1), [1]), 'at', {}),
      'NdArray.at: index {} is out of range',
    ],
    [
      'str2int',
      () => call(make('ClassLabel', { names: ['a'] }), 'str2int', {}),
      'ClassLabel: {} is not one of the classes a',
    ],
    [
      'indices',
      () => call(make('RandomSampler', { numSamples: 2 }), 'indices'),
      'indices: epoch must be a whole number',
    ],
    ['num_rows', () => rows['num_rows' as 'numRows'], 'a Dataset has no num_rows: it is called numRows'],
    [
      'train_test_split',
      () => call(rows, 'train_test_split', {}),
      'a Dataset has no train_test_split: it is called trainTestSplit',
    ],
    ['take', () => call(rows, 'take', '2'), 'take: count must be a whole number'],
    ['slice', () => call(rows, 'slice', 'a'), 'slice: start must be a row number'],
    ['addColumn', () => call(rows, 'addColumn', 'b', 'xy'), 'values must be an array or a typed array'],
    ['castColumn', () => call(rows, 'castColumn', 'a', 'int32'), 'castColumn: feature must be a type: value('],
    ['removeColumns', () => call(rows, 'removeColumns', 'a', 't'), `one array, ['a', 'b']; got "t" after the first`],
    ['removeColumns', () => call(dict, 'removeColumns', 'a', 't'), `got "t" after the first`],
    ['selectColumns', () => call(rows, 'selectColumns', 'a', 't'), 'selectColumns takes several names as one array'],
    ['renameColumn', () => call(rows, 'renameColumn', 'a', ''), "the new name of 'a' is empty"],
    ['cast', () => call(rows, 'cast', { a: 'int32' }), `got "int32" for 'a'`],
    ['renameColumns', () => call(rows, 'renameColumns', 'a'), 'an object of new names by old'],
    [
      'concatenateDatasets',
      () => call(data, 'concatenateDatasets', rows, rows),
      'concatenateDatasets([a, b]); got a Dataset',
    ],
    [
      'concatenateDatasets',
      () => call(data, 'concatenateDatasets', [rows, rows], { axis: 1 }),
      'For columns side by side use addColumn',
    ],
    ['concatenateDatasets', () => call(data, 'concatenateDatasets', [rows.map(mapper)]), 'a Promise; await it first'],
    ['datasetDict', () => call(data, 'datasetDict', { train: rows.map(mapper) }), "await it first for 'train'"],
    ['Dataset', () => make('Dataset', [{ a: 1 }]), 'is made by Dataset.fromRows'],
    ['fromRows', () => call(data.Dataset, 'fromRows', 42), 'rows must be an array of rows'],
    ['fromRows', () => call(data.Dataset, 'fromRows', [], { feature: {} }), 'did you mean features?'],
    ['fromColumns', () => call(data.Dataset, 'fromColumns', { a: 'abc' }), `got "abc" for 'a'`],
    ['fromColumns', () => call(data.Dataset, 'fromColumns', new Map()), 'got a Map'],
    ['value', () => call(data, 'value', 'float'), "dtype must be one of 'uint8', 'int32'"],
    ['list', () => call(data, 'list', 'int32'), 'items must be a type'],
    ['ClassLabel', () => make('ClassLabel', null), 'takes its options as an object, { names'],
    ['ClassLabel', () => make('ClassLabel', {}), 'pass names or numClasses'],
    ['NdArray', () => make('NdArray'), 'data must be a typed array'],
    ['SequentialSampler', () => make('SequentialSampler', 5), 'takes its options as an object, { numSamples }'],
    ['DataCollatorWithPadding', () => make('DataCollatorWithPadding', { tokenizer: {} }), 'no method pad()'],
    [
      'DataCollatorWithPadding',
      () => make('DataCollatorWithPadding', { tokenizer: { pad: mapper }, maxLength: 4 }),
      "maxLength is 4, and nothing is padded to it. Pass padding: 'max_length'",
    ],
    [
      'DataCollatorWithPadding',
      () => make('DataCollatorWithPadding', { tokenizer: { pad: mapper }, padding: false, padToMultipleOf: 8 }),
      'padToMultipleOf is 8, and nothing is padded',
    ],
    ['defaultDataCollator', () => call(data, 'defaultDataCollator', [1]), 'whose element 0 is 1'],
    [
      'loadDataset',
      () => call(data, 'loadDataset'),
      "path must be a path, a hub name, or a kind of files, as 'csv' with { dataFiles }; got",
    ],
    ['loadDataset', () => call(data, 'loadDataset', 'csv', { sep: ';' }), 'it is called delimiter'],
    ['loadDataset', () => call(data, 'loadDataset', 'csv', { data_files: 'x' }), 'did you mean dataFiles?'],
    ['loadDataset', () => call(data, 'loadDataset', 'csv', { streaming: true }), 'a dataset is read as a whole'],
    ['loadDataset', () => call(data, 'loadDataset', 'csv', { split: ['a', 'b'] }), 'call loadDataset once for each'],
    [
      'loadDataset',
      () => call(data, 'loadDataset', 'csv', { keep_default_na: false }),
      'naValues lists all such words',
    ],
    [
      'loadDataset',
      () => call(data, 'loadDataset', 'arrow', { dataFiles: 'x' }),
      "Files of the kind 'arrow' are not supported",
    ],
    [
      'loadDataset',
      () => call(data, 'loadDataset', 'csv', { dataFiles: new File(['a'], 'a.csv'), delimiter: '"' }),
      'it cannot be the end of a line or the quotation mark',
    ],
    ['loadDataset', () => call(data, 'loadDataset', 'csv', { dataFiles: 5 }), 'dataFiles must be a path or File'],
  ])('%s %#', async (_, run, message) => {
    const error = await Promise.resolve()
      .then(run)
      .then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
    expect(error).toBeInstanceOf(data.DatasetError);
    expect(error?.message).toContain(message);
  });

  it('asynchronous functions reject, they do not throw', () => {
    for (const run of [
      () => call(rows, 'map'),
      () => call(dict, 'map'),
      () => call(dict, 'filter'),
      () => call(data, 'loadDataset'),
    ])
      expect((run() as Promise<unknown>).catch(() => undefined)).toBeInstanceOf(Promise);
  });
});

it('a ClassLabel of so many classes names them by their numbers', () => {
  expect(new data.ClassLabel({ numClasses: 3 }).names).toEqual(['0', '1', '2']);
});

it('collators say what to do with numbers written as text', () => {
  const collate = (label: string) => () =>
    new data.DataCollatorWithPadding({ tokenizer: { pad: (columns) => columns as never } })([
      { input_ids: [1], label },
    ]);
  expect(collate('2,5')).toThrow("It is a number with a decimal comma: load the file with { decimal: ',' }");
  expect(collate('2.5')).toThrow("castColumn('label', value('float32'))");
  expect(collate('good')).toThrow("classEncodeColumn('label')");
});
