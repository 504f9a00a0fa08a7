import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  answerOtherNames,
  ArgumentError,
  array,
  arrayOf,
  callable,
  endSentence,
  flag,
  instanceOf,
  isError,
  messageOf,
  nearestName,
  object,
  objectWith,
  oneOf,
  oneOfKinds,
  optional,
  orNull,
  pythonNames,
  refuseSurplus,
  requireArgument,
  requireOptions,
  shown,
  text,
  wholeNumber,
} from './index.ts';

const check = (value: unknown, kind: Parameters<typeof requireArgument>[3]) => () =>
  requireArgument('f', 'x', value, kind);

describe('requireArgument', () => {
  it.each([
    [undefined, text, 'f: x must be a string; got undefined'],
    [[1, 2, 3], text, 'f: x must be a string; got an array of 3'],
    [0, wholeNumber(1), 'f: x must be a whole number of at least 1; got 0'],
    [1.5, wholeNumber(0, 9), 'f: x must be a whole number from 0 to 9; got 1.5'],
    ['no', flag, 'f: x must be true or false; got "no"'],
    [{}, callable, 'f: x must be a function; got an empty object'],
    [{ a: 1 }, instanceOf(Map), 'f: x must be a Map; got an object with a'],
    ['c', oneOf('a', 'b'), "f: x must be one of 'a', 'b'; got \"c\""],
    [['a', 1], arrayOf(text, 'strings'), 'f: x must be an array of strings; got an array whose element 1 is 1'],
    [null, orNull(text), null],
    [undefined, optional(text), null],
    [null, optional(text), 'f: x must be a string; got null'],
    [
      new Map(),
      objectWith('a model', { forward: 'function' }),
      'f: x must be a model; got a Map, which has no method forward()',
    ],
    [
      Promise.resolve(1),
      objectWith('a model', { forward: 'function' }),
      'f: x must be a model; got a Promise; await it first',
    ],
  ])('%j', (value, kind, message) => {
    if (message === null) expect(check(value, kind)).not.toThrow();
    else expect(check(value, kind)).toThrow(new ArgumentError(message));
  });

  it('throws the class that is asked for', () => {
    class OwnError extends Error {}
    expect(() => requireArgument('f', 'x', 1, text, OwnError)).toThrow(OwnError);
  });
});

it('an object may be one of a class that has rows to go through', () => {
  expect(() => requireArgument('f', 'dataset', new Map(), object)).not.toThrow();
  expect(() => requireArgument('f', 'dataset', [], object)).toThrow(/must be an object; got an empty array/);
});

describe('an instance of a class of the same name', () => {
  const theirs: { Map: new () => object } = { Map: class Map extends Date {} };
  const foreign = ' of another package or of a second copy of this one (install only one version)';

  it.each([
    [new theirs.Map(), instanceOf(Map), `f: x must be a Map; got a Map${foreign}`],
    [new (class Sub extends theirs.Map {})(), instanceOf(Map), `f: x must be a Map; got a Sub${foreign}`],
    [
      new theirs.Map(),
      oneOfKinds('a string or Map', text, instanceOf(Map)),
      `f: x must be a string or Map; got a Map${foreign}`,
    ],
    [new theirs.Map(), optional(orNull(instanceOf(Map))), `f: x must be a Map, or null; got a Map${foreign}`],
    [
      [new theirs.Map()],
      arrayOf(instanceOf(Map), 'Maps'),
      `f: x must be an array of Maps; got an array whose element 0 is a Map${foreign}`,
    ],
    [new theirs.Map(), text, 'f: x must be a string; got a Map'],
    [new Set(), instanceOf(Map), 'f: x must be a Map; got a Set'],
    [Object.create(null), instanceOf(Map), 'f: x must be a Map; got an empty object'],
  ])('is an error that says so: %#', (value, kind, message) => {
    expect(check(value, kind)).toThrow(new ArgumentError(message));
  });
});

it('errors of another realm, as Jest has them, are errors', () => {
  const foreign: unknown = runInNewContext('new TypeError("fetch failed")');
  expect(foreign).not.toBeInstanceOf(Error);
  expect([isError(foreign), isError(new RangeError('x')), isError('x'), isError(null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([foreign, new RangeError('x'), 'thrown', null].map(messageOf)).toEqual([
    'fetch failed',
    'x',
    'thrown',
    'null',
  ]);
});

describe('refuseSurplus', () => {
  it.each([
    [[1, 2], 'f: got 2 as an extra argument; write less'],
    [[1, undefined, { a: 1 }], 'f: got an object with a as an extra argument; write less'],
    [[1, 0, 'x'], 'f: got 0 as an extra argument; write less'],
    [[1, Object.create(null), [1]], 'f: got an empty object as an extra argument; write less'],
    [[1, 0, [2]], 'f: got 0 as an extra argument; write less'],
    [[1, 0, [1], 2], 'f: got 0 as an extra argument; write less'],
    [[1, 0, [1]], null],
    [[1, undefined], null],
    [[1], null],
    [[], null],
  ])('%j', (given, message) => {
    const refuse = () => refuseSurplus('f', 1, given, ArgumentError, '; write less');
    if (message === null) expect(refuse).not.toThrow();
    else expect(refuse).toThrow(new ArgumentError(message));
  });
});

describe('requireOptions', () => {
  const kinds = { batchSize: optional(wholeNumber(1)), dataset: array };

  it.each([
    [undefined, 'f takes its options as an object, { batchSize, dataset }; got undefined'],
    [[1], 'f takes its options as an object, { batchSize, dataset }; got an array of 1'],
    [new Map(), 'f takes its options as an object, { batchSize, dataset }; got a Map'],
    [Promise.resolve({}), 'f takes its options as an object, { batchSize, dataset }; got a Promise; await it first'],
    [
      new (class Tensor {
        readonly size = 1;
      })(),
      'f takes its options as an object, { batchSize, dataset }; got a Tensor',
    ],
    [{}, 'f: dataset must be an array; got undefined'],
    [{ dataset: [], batchsize: 3 }, 'f has no option batchsize; did you mean batchSize?'],
    [{ dataset: [], batch_size: 3 }, 'f has no option batch_size; did you mean batchSize?'],
    [{ dataset: [], batch: 3 }, 'f has no option batch; did you mean batchSize?'],
    [{ dataset: [], train_dataset: [] }, 'f has no option train_dataset; did you mean dataset?'],
    [{ dataset: [], size: 3 }, 'f has no option size; it has batchSize, dataset'],
    [{ dataset: [], ba: 3 }, 'f has no option ba; it has batchSize, dataset'],
    [{ dataset: [], colour: 3 }, 'f has no option colour; it has batchSize, dataset'],
    [{ dataset: [], constructor: 3 }, 'f has no option constructor; it has batchSize, dataset'],
    [{ dataset: [], shuffle: true }, 'f has no option shuffle: pass a sampler'],
    [{ dataset: [], batchSize: 0 }, 'f: batchSize must be a whole number of at least 1; got 0'],
  ])('%j', (options, message) => {
    expect(() => requireOptions('f', options, kinds, { otherNames: { shuffle: 'pass a sampler' } })).toThrow(
      new ArgumentError(message),
    );
  });

  it.each([
    [true, 'f takes no options; got true'],
    [{ a: 1 }, 'f has no option a; it has none'],
  ])('where there are none: %j', (options, message) => {
    expect(() => requireOptions('f', options, {})).toThrow(new ArgumentError(message));
  });

  it('takes what is right, and what is left out as undefined', () => {
    expect(() => requireOptions('f', { dataset: [], batchSize: undefined, other: undefined }, kinds)).not.toThrow();
  });
});

describe('nearestName', () => {
  it.each([
    ['learning_rate', 'learningRate'],
    ['learningrate', 'learningRate'],
    ['lerningRate', 'learningRate'],
    ['seed', 'seed'],
    ['colour', undefined],
    ['lr', undefined],
  ])('%s', (name, expected) => {
    expect(nearestName(name, ['learningRate', 'numTrainEpochs', 'seed'])).toBe(expected);
  });

  it('takes no single letter for another', () => {
    expect(['x', 'A', 'xy'].map((name) => nearestName(name, ['a', 'xz']))).toEqual([undefined, 'a', 'xz']);
  });

  // What is said of a name of six letters: the nearest, of those at most two changes away.
  it.each([
    [['sitten'], 'sitten'],
    [['kitte', 'kittens', 'skitten', 'kiten'], 'kitte'],
    [['sittin'], 'sittin'],
    [['sitting'], undefined],
    [['itten', 'itte'], 'itten'],
    [['ktiten'], 'ktiten'],
    [['nettik', ''], undefined],
  ])('of %j', (names, expected) => {
    expect(nearestName('kitten', names)).toBe(expected);
  });
});

describe('other names', () => {
  it('are answered with the name here, without being seen', () => {
    const owner = { numLabels: 2, id2label: {}, num_rows: 3 };
    answerOtherNames(owner, 'a Thing has', RangeError, pythonNames(['numLabels', 'id2label', 'numRows']));
    expect(owner).toEqual({ numLabels: 2, id2label: {}, num_rows: 3 });
    expect(() => owner['num_labels' as 'numLabels']).toThrow(
      new RangeError('a Thing has no num_labels: it is called numLabels'),
    );
    expect(() => Object.assign(owner, { num_labels: 3 })).toThrow(RangeError);
  });
});

describe('shown', () => {
  it.each([
    ['x'.repeat(100), `"${'x'.repeat(60)}…"`],
    [12n, '12n'],
    [new Float32Array(3), 'a Float32Array'],
    [Object.create(null), 'an empty object'],
    [new (class Apple extends Map {})(), 'an Apple'],
    [class Pear extends Map {}, 'the class Pear'],
    [Promise.resolve(1), 'a Promise; await it first'],
    [NaN, 'NaN'],
    [Symbol('s'), 'a symbol'],
  ])('%s', (value, expected) => expect(shown(value)).toBe(expected));
});

describe('endSentence', () => {
  it.each([
    ['the batch is empty', 'the batch is empty.'],
    ['The batch is empty. Give it rows.', 'The batch is empty. Give it rows.'],
    ['the batch has labels; did you mean label?', 'the batch has labels; did you mean label?'],
  ])('%s', (message, expected) => expect(endSentence(message)).toBe(expected));
});
