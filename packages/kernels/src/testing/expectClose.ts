import { expect } from 'vitest';
import type { FloatType } from './arrays.ts';

/** Half the distance from 1 to the next number: the largest relative error of one rounding. */
export const unitRoundoff: Record<FloatType, number> = { f32: 2 ** -24, f16: 2 ** -11 };

/**
 * Absolute error that storing may always make: half the smallest subnormal for f16, the smallest
 * normal for f32, as subnormals may be flushed.
 */
const absoluteFloor: Record<FloatType, number> = { f32: 2 ** -126, f16: 2 ** -25 };

export interface Bound {
  /** Type that the result is stored in. Default f32. */
  readonly type?: FloatType;
  /**
   * Roundings of the size of the result, in units of f32's; the rounding to the stored type comes
   * on top.
   */
  readonly roundings: number;
  /**
   * Roundings count relative to this magnitude (of the terms that cancel, say) where it is larger
   * than the result: a number, or one per element.
   */
  readonly magnitude?: number | ArrayLike<number>;
  /**
   * Number of terms that a result is the sum of: an adapter that flushes f32 subnormals may lose
   * each of them. Default 1.
   */
  readonly terms?: number;
}

/**
 * Expects |actual - expected| <= f32 roundoff * roundings * max(|expected|, magnitude) + the
 * rounding to the stored type, for each element; nothing NaN.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { type = 'f32', roundings, magnitude = 0, terms = 1 }: Bound,
  what = '',
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  let worst = 0;
  let at = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] as number;
    if ((actual[index] as number) === value) continue;
    const size = Math.max(Math.abs(value), typeof magnitude === 'number' ? magnitude : (magnitude[index] as number));
    const bound =
      unitRoundoff.f32 * roundings * size +
      unitRoundoff[type] * Math.abs(value) +
      absoluteFloor[type] +
      (terms - 1) * absoluteFloor.f32;
    const ratio = Math.abs((actual[index] as number) - value) / bound;
    if (!(ratio <= worst)) [worst, at] = [Number.isNaN(ratio) ? Infinity : ratio, index];
  }
  if (!(worst <= 1)) {
    expect.fail(
      `${what}: element ${at} of ${expected.length} is ${actual[at]}, expected ${expected[at]}: ${worst.toPrecision(3)} times the bound`,
    );
  }
}
