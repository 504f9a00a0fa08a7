import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportedOperations } from '../testing/exportedOperations.ts';

/** The comment above an exported function, as one line. */
function commentOf(name: string, file: string): string {
  const source = readFileSync(new URL(`${file}.ts`, import.meta.url), 'utf8');
  const [before = ''] = source.split(new RegExp(`^export function ${name}\\b`, 'm'));
  const start = before.lastIndexOf('/**');
  const between = before.slice(start);
  // Nothing stands between a comment and its function.
  return start >= 0 && between.trimEnd().endsWith('*/') ? between.replaceAll(/\s*\n \* ?/g, ' ') : '';
}

const makesNothingToLearn = new Set(['packSequences']);

describe('the comment of every operation says shapes, types, gradient and errors', () => {
  // `var` is `variance` by another name.
  it.each([...exportedOperations()].filter(([name]) => name !== 'var'))('%s', (name, file) => {
    const comment = commentOf(name, file);
    expect(comment, 'a comment').not.toBe('');
    expect(comment, 'shapes').toMatch(/shape|\[[^\]]*\]|scalar|broadcast|dimension/i);
    expect(comment, 'element types').toMatch(/\b(f32|f16|i32|u32|bool|type|types|dtype)\b/);
    if (!makesNothingToLearn.has(name)) expect(comment, 'gradient').toMatch(/gradient|requiresGrad/i);
    expect(comment, 'errors').toMatch(/@throws \w*Error/);
  });
});
