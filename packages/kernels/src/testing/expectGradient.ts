import { expect } from 'vitest';

/**
 * Expects `gradient` to be the slopes of a float64 function at `point`, by central differences:
 * step^2 of truncation beside 1e-16 / step of rounding.
 */
export function expectGradient(
  loss: (point: Float64Array) => number,
  point: ArrayLike<number>,
  gradient: ArrayLike<number>,
): void {
  const step = 1e-5;
  const size = Array.from(gradient).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let index = 0; index < point.length; index++) {
    const moved = Float64Array.from(point);
    moved[index] = (point[index] as number) + step;
    const above = loss(moved);
    moved[index] = (point[index] as number) - step;
    const slope = (above - loss(moved)) / (2 * step);
    expect(
      Math.abs(slope - (gradient[index] as number)),
      `element ${index}: slope ${slope}, gradient ${gradient[index]}`,
    ).toBeLessThan(1e-7 * size);
  }
}
