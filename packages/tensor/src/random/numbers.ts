import { fraction, number, requireArgument, wholeNumber } from '@attune/validate';
import { TensorError } from '../errors.ts';
import type { Twister } from './twister.ts';

const anInteger = wholeNumber(-(2 ** 31), 2 ** 31 - 1);
const aCount = wholeNumber(0, 2 ** 31 - 1);

/** `Mt19937.randperm` for any generator; the functions below likewise. @throws TensorError */
export function randperm(generator: Twister, n: number): Int32Array {
  requireArgument('randperm', 'n', n, aCount, TensorError);
  const order = Int32Array.from({ length: n }, (_, index) => index);
  for (let index = 0; index < n - 1; index++) {
    const other = index + (generator.nextUint32() % (n - index));
    const value = order[index] as number;
    order[index] = order[other] as number;
    order[other] = value;
  }
  return order;
}

export function normal(generator: Twister, count: number, mean = 0, std = 1): Float32Array {
  requireArgument('normal', 'count', count, aCount, TensorError);
  requireArgument('normal', 'mean', mean, number, TensorError);
  requireArgument('normal', 'std', std, number, TensorError);
  const values = new Float32Array(count);
  if (count < 16) {
    for (let index = 0; index < count; index++) values[index] = scalarNormal(generator) * std + mean;
    return values;
  }
  for (let index = 0; index < count; index++) values[index] = uniform24(generator);
  for (let start = 0; start + 16 <= count; start += 16) boxMuller(values, start, mean, std);
  if (count % 16 !== 0) {
    // PyTorch draws the last 16 again, because it only transforms whole blocks.
    const start = count - 16;
    for (let index = start; index < count; index++) values[index] = uniform24(generator);
    boxMuller(values, start, mean, std);
  }
  return values;
}

export function uniform(generator: Twister, count: number): Float32Array {
  requireArgument('uniform', 'count', count, aCount, TensorError);
  return Float32Array.from({ length: count }, () => uniform24(generator));
}

export function integers(generator: Twister, count: number, low: number, high: number, where = 'integers'): Int32Array {
  requireArgument(where, 'count', count, aCount, TensorError);
  requireArgument(where, 'low', low, anInteger, TensorError);
  requireArgument(where, 'high', high, wholeNumber(low + 1, 2 ** 31), TensorError);
  const width = high - low;
  // PyTorch takes two words for wide ranges, the high one first.
  const offset =
    width < 2 ** 28
      ? () => generator.nextUint32() % width
      : () => Number(((BigInt(generator.nextUint32()) << 32n) | BigInt(generator.nextUint32())) % BigInt(width));
  return Int32Array.from({ length: count }, () => low + offset());
}

export function bernoulli(generator: Twister, count: number, probability: number): Float32Array {
  requireArgument('bernoulli', 'count', count, aCount, TensorError);
  requireArgument('bernoulli', 'probability', probability, fraction, TensorError);
  return Float32Array.from({ length: count }, () => Number(uniform53(generator) < probability));
}

const uniform24 = (generator: Twister): number => (generator.nextUint32() & 0xffffff) / 2 ** 24;

function uniform53(generator: Twister): number {
  const high = generator.nextUint32();
  const low = generator.nextUint32();
  return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
}

function scalarNormal(generator: Twister): number {
  const { nextNormal } = generator;
  if (nextNormal !== null) {
    generator.nextNormal = null;
    return nextNormal;
  }
  const angle = 2 * Math.PI * uniform53(generator);
  const radius = Math.sqrt(-2 * Math.log1p(-uniform53(generator)));
  generator.nextNormal = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

/** Transforms 16 uniform numbers to 16 normal ones, in f32, as PyTorch does. */
function boxMuller(values: Float32Array, start: number, mean: number, std: number): void {
  const round = Math.fround;
  for (let index = start; index < start + 8; index++) {
    const first = round(1 - (values[index] as number));
    const radius = round(Math.sqrt(round(-2 * round(Math.log(first)))));
    const angle = round(round(2 * Math.PI) * (values[index + 8] as number));
    values[index] = round(round(radius * round(Math.cos(angle))) * std) + mean;
    values[index + 8] = round(round(radius * round(Math.sin(angle))) * std) + mean;
  }
}
