import {
  anything,
  arrayOf,
  flag,
  objectWith,
  oneOf,
  oneOfKinds,
  optional,
  text,
  wholeNumber,
  number,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import { featureKind, featuresKind } from '../features/feature.ts';
import { adviceFor } from '../options.ts';
import { seedKind } from '../random/pcg64.ts';

/** Options of each operation, and what to do instead of those that only Python's `datasets` has. */

export const columnNames: Kind = oneOfKinds('the name of a column, or an array of them', text, arrayOf(text, 'texts'));

export const mapOptions: OptionKinds = {
  batched: optional(flag),
  batchSize: optional(wholeNumber(1)),
  removeColumns: optional(columnNames),
  cache: optional(objectWith('{ key, inputs }, key a text', { key: 'string' })),
  desc: optional(text),
};
export const cacheOptions: OptionKinds = { key: text, inputs: anything };

export const filterOptions: OptionKinds = {
  batched: optional(flag),
  batchSize: optional(wholeNumber(1)),
  desc: optional(text),
};

export const splitOptions: OptionKinds = {
  testSize: optional(number),
  trainSize: optional(number),
  shuffle: optional(flag),
  stratifyByColumn: optional(text),
  seed: optional(seedKind),
};
export const splitAdvice = adviceFor({
  stratify: 'it is called stratifyByColumn, and takes the name of a column',
  randomState: 'it is called seed',
  generator: 'it is called seed',
});

export const sortOptions: OptionKinds = {
  reverse: optional(oneOfKinds('true or false, or an array of them', flag, arrayOf(flag, 'true and false'))),
  nullPlacement: optional(oneOf('at_start', 'at_end')),
};
export const sortAdvice = adviceFor({
  descending: 'it is called reverse',
  ascending: 'descending order is reverse: true',
  kind: 'the order is always stable; leave it out',
});

export const shardOptions: OptionKinds = {
  numShards: wholeNumber(1),
  index: wholeNumber(0),
  contiguous: optional(flag),
};
export const shuffleOptions: OptionKinds = { seed: optional(seedKind) };
export const shuffleAdvice = adviceFor({
  generator: 'it is called seed',
  bufferSize: 'all rows are shuffled; leave it out',
});
export const iterOptions: OptionKinds = { batchSize: wholeNumber(1), dropLastBatch: optional(flag) };
export const makingOptions: OptionKinds = { features: optional(featuresKind) };
export const addColumnOptions: OptionKinds = { feature: optional(featureKind) };

/** A list of row numbers. */
export const rowNumbers: Kind = {
  what: 'row numbers, as an array or anything else to iterate over',
  holds: (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
};

export const position: Kind = {
  what: 'a row number',
  holds: (value) => typeof value === 'number' && !Number.isNaN(value),
};
