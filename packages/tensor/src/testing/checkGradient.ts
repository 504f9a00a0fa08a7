import { expect } from 'vitest';
import type { Device } from '../device.ts';
import { mul } from '../functional/elementwise/binary.ts';
import { tensor } from '../functional/creation/create.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { Mt19937 } from '../random/mt19937.ts';
import { sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

export interface GradientCheck {
  readonly device: Device;
  /** Shapes of the inputs, which are filled with normal numbers. */
  readonly shapes: readonly Shape[];
  /** The operation under test. */
  readonly operation: (...inputs: Tensor[]) => Tensor;
  /** The same operation in float64. */
  readonly reference: (...inputs: Float64Array[]) => ArrayLike<number>;
  readonly seed?: number;
}

const step = 1e-5;

/**
 * Checks values and gradients of an operation: `Σ output * weights`, with random weights, is
 * differentiated by the tape and, in float64, by central differences of the reference. The
 * tolerance is that of f32 sums over the values that contribute to one element.
 */
export async function checkGradient({ device, shapes, operation, reference, seed = 1 }: GradientCheck): Promise<void> {
  const random = new Mt19937(seed);
  const values = shapes.map((shape) => random.normal(sizeOf(shape)));
  const inputs = shapes.map((shape, index) =>
    tensor(values[index] as Float32Array, { shape, device, requiresGrad: true }),
  );
  const output = operation(...inputs);
  const weights = random.normal(output.size);
  const loss = output.shape.length === 0 ? output : sum(mul(output, tensor(weights, { shape: output.shape, device })));
  loss.backward();

  const host = values.map((value) => Float64Array.from(value));
  const expected = reference(...host);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  const actual = await output.data();
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < expected.length; index++) {
    expect(Math.abs((actual[index] as number) - (expected[index] as number)), `value ${index}`).toBeLessThan(
      2e-5 * scale,
    );
  }
  const weighted = () => {
    const result = reference(...host);
    if (output.shape.length === 0) return result[0] as number;
    let total = 0;
    for (let index = 0; index < result.length; index++) total += (result[index] as number) * (weights[index] as number);
    return total;
  };
  for (const [number, input] of inputs.entries()) {
    const gradient = await input.grad?.data();
    expect(gradient?.length, `gradient of input ${number}`).toBe(input.size);
    const own = host[number] as Float64Array;
    const differences = own.map((value, index) => {
      own[index] = value + step;
      const above = weighted();
      own[index] = value - step;
      const below = weighted();
      own[index] = value;
      return (above - below) / (2 * step);
    });
    const largest = Math.max(1, ...differences.map(Math.abs));
    for (const [index, difference] of differences.entries()) {
      expect(
        Math.abs((gradient?.[index] as number) - difference),
        `gradient of input ${number} at ${index}`,
      ).toBeLessThan(1e-4 * largest);
    }
  }
  for (const input of inputs) input.dispose();
}
