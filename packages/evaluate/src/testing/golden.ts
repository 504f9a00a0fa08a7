import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Made by scikit-learn 1.9 and SciPy 1.17 over random predictions (P, A, x) and references (R, B,
 * y).
 */
export const golden: Record<string, never> = JSON.parse(
  readFileSync(new URL('./sklearn.golden.json', import.meta.url), 'utf8'),
);

/** Compares numbers and nested lists of them; null stands for NaN. */
export function expectClose(actual: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, index) => expectClose((actual as unknown[])[index], value));
  } else if (expected === null) expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected as number, 12);
}
