import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as api from '../index.ts';

const page = readFileSync(new URL('../../../../docs/from-pytorch.md', import.meta.url), 'utf8');
/** The middle column of its tables. */
const middle = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|')[2] ?? '');
const named = new Set(middle.flatMap((cell) => cell.match(/\w+/g) ?? []));

/** What PyTorch has no names for. */
const isOwn = (name: string) =>
  name.endsWith('Error') || ['HalfCopies', 'loadVariants', 'openDevice', 'selfTest', 'tuneKernels'].includes(name);

it('the page "from PyTorch" has every function and class', () => {
  expect(Object.keys(api).filter((name) => !isOwn(name) && !named.has(name))).toEqual([]);
});

it('and names no function that is not there', () => {
  const called = new Set(middle.flatMap((cell) => [...cell.matchAll(/(?<![.\w])[a-z]\w*(?=\()/g)].map(String)));
  expect([...called].filter((name) => !Object.hasOwn(api, name))).toEqual([]);
});
