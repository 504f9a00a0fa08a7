import { sizeOf } from '../../shape.ts';
import { uniform } from '../../random/numbers.ts';
import type { Twister } from '../../random/twister.ts';
import { normalDraw, uniformDraw } from './drawing.ts';
import type { Draw } from './drawing.ts';

interface Truncated {
  readonly mean: number;
  readonly std: number;
  readonly a: number;
  readonly b: number;
}

/** The error function to seven digits. Abramowitz and Stegun, 7.1.26. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}

const below = (x: number) => (1 + erf(x / Math.SQRT2)) / 2;

/**
 * Truncated normal numbers, by rejection as in `torch.nn.init.trunc_normal_`: the whole tensor is
 * drawn again until each element was once within the bounds. Where the bounds cover little of the
 * distribution, uniform numbers are accepted with the normal density instead.
 */
export const truncNormalDraw =
  (given: Truncated): Draw =>
  (generator, shape) => {
    const { mean, std, a, b } = given;
    const count = sizeOf(shape);
    const inside = below((b - mean) / std) - below((a - mean) / std);
    return inside > 0.3 ? byNormal(generator, count, given) : byUniform(generator, count, given);
  };

function byNormal(generator: Twister, count: number, { mean, std, a, b }: Truncated): Float32Array {
  const [least, greatest] = [Math.fround(a), Math.fround(b)];
  const values = normalDraw(mean, std)(generator, [count]);
  const isOutside = (value: number) => value < least || value > greatest;
  while (values.some(isOutside)) {
    const others = normalDraw(mean, std)(generator, [count]);
    for (let index = 0; index < count; index++)
      if (isOutside(values[index] as number)) values[index] = others[index] as number;
  }
  return values;
}

function byUniform(generator: Twister, count: number, { mean, std, a, b }: Truncated): Float32Array {
  const { fround: round } = Math;
  const peak = round(-0.5 * ((Math.max(a, Math.min(mean, b)) - mean) / std) ** 2);
  const accepts = (candidate: number, chance: number) => {
    const distance = round(round(candidate - round(mean)) / round(std));
    const density = round(round(round(distance * distance) * -0.5) - peak);
    return !(round(Math.log(chance)) > density);
  };
  const values = new Float32Array(count);
  const pending = new Uint8Array(count).fill(1);
  while (pending.includes(1)) {
    const candidates = uniformDraw(a, b)(generator, [count]);
    const chances = uniform(generator, count);
    for (let index = 0; index < count; index++) {
      if (pending[index] === 0) continue;
      values[index] = candidates[index] as number;
      if (accepts(candidates[index] as number, chances[index] as number)) pending[index] = 0;
    }
  }
  return values;
}
