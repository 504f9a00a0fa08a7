import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Device } from '../device.ts';
import * as api from '../index.ts';
import type { Tensor } from '../tensor.ts';
import { callCase, goldenNumbers, inputOf, numberOf, valuesOf } from './torchCases.ts';
import type { TorchCase, Written } from './torchCases.ts';

/** Results flattened and concatenated, in f32; gradients flow. */
const flatten = (outputs: readonly Tensor[]) =>
  api.concat(
    outputs.map((output) => api.flatten(output)).map((flat) => (flat.dtype === 'f32' ? flat : api.cast(flat, 'f32'))),
  );

/** The values of all results, including whole numbers. */
async function dataOf(outputs: readonly Tensor[]): Promise<number[]> {
  const parts = await Promise.all(outputs.map((output) => output.data()));
  return parts.flatMap((part) => [...part]);
}

/**
 * Expects equal numbers up to `roundings` f32 roundings of the largest, or of each number itself
 * where there are huge ones; NaN and infinities at the same positions.
 */
function expectEqual(
  actual: ArrayLike<number>,
  written: readonly Written[],
  roundings: number,
  what: string,
  special = false,
): void {
  const expected = written.map(numberOf);
  const largest = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  expect(actual.length, what).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    const own = actual[index] as number;
    if (Object.is(own, value) || own === value) continue;
    expect(Math.abs(own - value), `${what} ${index} is ${own}, expected ${value}`).toBeLessThanOrEqual(
      roundings * 2 ** -24 * (special ? Math.max(1, Math.abs(value)) : largest),
    );
  }
}

export const readCases = (file: string): TorchCase[] =>
  JSON.parse(readFileSync(new URL(`../../golden/${file}`, import.meta.url), 'utf8')) as TorchCase[];

/**
 * A test for each case of a file in golden/: values, shapes and gradients equal PyTorch's.
 *
 * @param roundings tolerance in f32 roundings; 0 for operations that only move data
 * @param integers whether the operations also take whole numbers
 */
export function testTorchCases(
  file: string,
  device: () => Device,
  { roundings, integers = false }: { readonly roundings: number; readonly integers?: boolean },
): void {
  const cases = readCases(file);
  const titled = cases.map((entry) => {
    const kind = entry.special ? 'of NaN and infinities ' : (entry.dtype ?? '');
    const title = `${entry.operation} of ${JSON.stringify(entry.shapes)} by ${JSON.stringify(entry.arguments)} ${entry.data?.join(' ') ?? ''} ${kind}`;
    return [title, entry] as const;
  });
  it.each(titled)('%s', async (_, entry) => {
    const inputs = [...entry.shapes.keys()].map((index) => inputOf(entry, index, device()));
    const outputs = callCase(entry, inputs);
    expect(outputs.map(({ shape }) => shape)).toEqual(entry.outputs);
    if (entry.types) expect(outputs.map(({ dtype }) => dtype)).toEqual(entry.types);
    // f16 results are rounded from f32, also by PyTorch.
    const bound = outputs[0]?.dtype === 'f16' ? 2 ** 14 : roundings;
    expectEqual(await dataOf(outputs), entry.values, bound, 'value', entry.special);
    if (entry.gradients) {
      // Positions come after the values, and have no gradient.
      const flat = flatten(outputs.filter(({ dtype }) => dtype === 'f32' || dtype === 'f16'));
      const weights = api.tensor(goldenNumbers(flat.shape, 29, 5, 19), { shape: flat.shape, device: device() });
      api.sum(api.mul(flat, weights)).backward();
      for (const [index, input] of inputs.entries())
        expectEqual(
          (await input.grad?.data()) ?? new Float32Array(input.size),
          entry.gradients[index] ?? [],
          roundings,
          `gradient ${index}`,
        );
    }
    if (!integers || JSON.stringify(entry.arguments).includes('value')) return;
    const whole = entry.shapes.map((shape, index) =>
      api.tensor(
        Int32Array.from(valuesOf(entry, index), (value) => 8 * value),
        { shape, device: device() },
      ),
    );
    const numbers = await dataOf(callCase(entry, whole));
    expectEqual(
      Float32Array.from(numbers, (value) => value / 8),
      entry.values,
      0,
      'whole number',
    );
  });
}
