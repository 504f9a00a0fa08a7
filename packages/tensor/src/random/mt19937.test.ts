import { describe, expect, it } from 'vitest';
import golden from '../../golden/random.json' with { type: 'json' };
import { Mt19937 } from './mt19937.ts';
import { currentSeed, setSeed } from './seed.ts';

describe('Mt19937', () => {
  it('gives the words of the reference implementation', () => {
    const generator = new Mt19937(5489);
    expect([generator.nextUint32(), generator.nextUint32(), generator.nextUint32()]).toEqual([
      3499211612, 581869302, 3890346734,
    ]);
    for (let drawn = 3; drawn < 9999; drawn++) generator.nextUint32();
    expect(generator.nextUint32()).toBe(4123659995);
  });

  it.each(golden.randperm)('permutes as torch.randperm, seed $seed, n $n', ({ seed, n, values }) => {
    expect([...new Mt19937(seed).randperm(n)]).toEqual(values);
  });

  it.each(golden.normal)('draws as torch.normal_, seed $seed, count $count', ({ seed, count, mean, std, values }) => {
    const drawn = new Mt19937(seed).normal(count, mean, std);
    // The transcendental functions of two libraries differ in the last bits.
    for (const [index, value] of values.entries())
      expect(Math.abs((drawn[index] as number) - value)).toBeLessThan(1e-8);
  });

  it('continues as torch does after an odd number of scalar draws', () => {
    const { seed, mean, std, draws } = golden.sequence;
    const generator = new Mt19937(seed);
    for (const values of draws) {
      const drawn = generator.normal(values.length, mean, std);
      for (const [index, value] of values.entries()) expect(drawn[index]).toBeCloseTo(value, 5);
    }
  });

  it('continues from a saved state', () => {
    const generator = new Mt19937(3);
    generator.normal(5);
    const { state } = generator;
    const expected = [...generator.normal(7), generator.nextUint32()];
    const other = new Mt19937(0);
    other.state = JSON.parse(JSON.stringify(state)) as typeof state;
    expect([...other.normal(7), other.nextUint32()]).toEqual(expected);
  });
});

it('remembers the last seed', () => {
  setSeed(7);
  expect(currentSeed()).toBe(7);
  expect(() => setSeed(-1)).toThrow(RangeError);
});
