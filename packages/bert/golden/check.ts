import { expect } from 'vitest';
import type { ModelInputs, BertForSequenceClassification, Tokenizer } from '../src/index.ts';

/** What the golden files keep of a tensor. */
export interface Fingerprint {
  shape: number[];
  norm: number;
  first: number[];
}

/** Pads encoded examples into a batch, as the collator does. */
export function collate(
  tokenizer: Tokenizer,
  examples: readonly Readonly<Record<string, readonly number[]>>[],
  labels?: Int32Array | { data: Float32Array; shape: number[] },
): ModelInputs {
  const columns = tokenizer.pad(examples);
  const rows = examples.length;
  const batch = Object.fromEntries(
    Object.entries(columns).map(([key, column]) => [key, { data: Int32Array.from(column.flat()), shape: [rows, column[0]!.length] }]),
  );
  if (!labels) return batch;
  return { ...batch, labels: labels instanceof Int32Array ? { data: labels, shape: [rows] } : labels };
}

export function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(actual[index]! - value)), 0);
  expect(worst).toBeLessThan(tolerance);
}

/**
 * Logits: 1e-5 absolutely, and 1e-3 of their spread over the rows, so that a model that ignores its
 * input does not pass.
 */
export function expectLogits(actual: ArrayLike<number>, expected: readonly (readonly number[])[]): void {
  const flat = expected.flat();
  expectClose(actual, flat, 1e-5);
  const classes = expected[0]!.length;
  for (let label = 0; label < classes; label++) {
    const column = expected.map((row) => row[label]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
    column.forEach((value, row) => expect(Math.abs(actual[row * classes + label]! - value)).toBeLessThan(1e-3 * spread));
  }
}

export const norm = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

/**
 * Every parameter's gradient norm to 1e-3 relative, and its first values; key biases, whose true
 * gradient is zero, below 1e-6 of the total.
 */
export async function expectGradients(
  model: BertForSequenceClassification,
  expected: Readonly<Record<string, Fingerprint>>,
): Promise<void> {
  const total = Math.sqrt(Object.values(expected).reduce((sum, gradient) => sum + gradient.norm ** 2, 0));
  const seen: string[] = [];
  for (const [name, parameter] of model.namedParameters()) {
    const wanted = expected[name]!;
    const values = await parameter.grad!.data();
    seen.push(name);
    if (name.endsWith('key.bias')) {
      expect(norm(values), name).toBeLessThan(1e-6 * total);
      continue;
    }
    expect(Math.abs(norm(values) - wanted.norm) / wanted.norm, name).toBeLessThan(1e-3);
    const scale = wanted.norm / Math.sqrt(values.length);
    wanted.first.forEach((value, index) =>
      expect(Math.abs(values[index]! - value), `${name}[${index}]`).toBeLessThan(1e-2 * scale + 1e-3 * Math.abs(value)),
    );
  }
  expect(seen.sort()).toEqual(Object.keys(expected).sort());
}
