import { expect, it } from 'vitest';
import { wideComments } from './comment-width.mjs';

const words = (columns) => 'word '.repeat(columns / 5).trim();

it('finds comments of more than 100 columns, and no code', () => {
  const lines = [`// ${words(95)}`, `// ${words(105)}`, ` * ${words(105)}`, `/** ${words(105)} */`, words(110)];
  expect(wideComments(lines.join('\n'), 'ts')).toEqual([2, 3, 4]);
  expect(wideComments(`# ${words(105)}`, 'py')).toEqual([1]);
  expect(wideComments(`// ${words(105)}`, 'wgsl')).toEqual([1]);
});

it('lets addresses be, which cannot be cut', () => {
  expect(wideComments(`// https://example.org/${'a'.repeat(100)}`, 'ts')).toEqual([]);
});
