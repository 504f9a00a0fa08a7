import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as api from '../index.ts';

const page = readFileSync(new URL('../../../../docs/from-pytorch.md', import.meta.url), 'utf8');
/** The words of the middle column of its tables. */
const named = new Set(
  page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split('|')[2]?.match(/\w+/g) ?? []),
);

/** What PyTorch has no names for. */
const isOwn = (name: string) =>
  name.endsWith('Error') || ['HalfCopies', 'loadVariants', 'openDevice', 'selfTest', 'tuneKernels'].includes(name);

it('the page "from PyTorch" has every function and class', () => {
  expect(Object.keys(api).filter((name) => !isOwn(name) && !named.has(name))).toEqual([]);
});
