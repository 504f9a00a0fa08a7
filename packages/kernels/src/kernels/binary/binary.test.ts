import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { binary, binaryBackward, binaryResult } from './index.ts';
import * as members from './members.ts';
import type { BinaryMember } from './members.ts';
import { binaryReference } from './reference.ts';

const family: readonly BinaryMember[] = Object.values(members);
const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-3, 127, 1e10, -1e10, Infinity, -Infinity, NaN];

describe('binary', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  type Operand = Float64Array | number;
  async function values(member: BinaryMember, a: Operand, b: Operand, type: 'f32' | 'f16', length: number) {
    const given = (operand: Operand, label: string) =>
      typeof operand === 'number' ? operand : uploadFloats(gpu, operand, type, label);
    const [first, second] = [given(a, 'a'), given(b, 'b')];
    const isTest = binaryResult(member, first, second) === 'u32';
    const output = isTest
      ? gpu.allocate('u32', Math.max(1, length), 'output')
      : staleOutput(gpu, length, type, 'output');
    binary(gpu, { function: member, a: first, b: second, output, length });
    const read = await readFloats(gpu, output, length);
    for (const array of [first, second, output]) if (typeof array !== 'number') gpu.release(array);
    return read;
  }

  describe.each(family)('$name', (member) => {
    it.each(['f32', 'f16'] as const)('equals its reference in %s, for arrays and numbers', async (type) => {
      for (const length of [0, 1, 3, 17, 63, 65, 129]) {
        const a = rounded(normalNumbers(length, 1), type).map((x) => (member.name === 'pow' ? Math.abs(x) : x));
        const b = rounded(normalNumbers(length, 2), type);
        // Some pairs are equal.
        for (let index = 0; index < length; index += 5) b[index] = a[index] as number;
        expectClose(
          await values(member, a, b, type, length),
          binaryReference(member, a, b),
          { type, roundings: 6 },
          `${length}`,
        );
        const half = binaryReference(member, a, 0.5);
        expectClose(await values(member, a, 0.5, type, length), half, { type, roundings: 6 }, `${length} and a number`);
        const of = binaryReference(member, 1.5, b);
        expectClose(await values(member, 1.5, b, type, length), of, { type, roundings: 6 }, `a number and ${length}`);
      }
    });

    it('equals its reference for all pairs of ends', async () => {
      const a = Float64Array.from({ length: special.length ** 2 }, (_, index) =>
        Math.fround(special[index % special.length] as number),
      );
      const b = Float64Array.from(a, (_, index) => Math.fround(special[Math.floor(index / special.length)] as number));
      const read = await values(member, a, b, 'f32', a.length);
      const expected = Float32Array.from(binaryReference(member, a, b));
      for (const [index, value] of expected.entries()) {
        if (Math.abs(value) > 0 && Math.abs(value) < 2 ** -126) continue;
        if (Number.isFinite(value))
          expectClose([read[index] as number], [value], { roundings: 6 }, `${a[index]}, ${b[index]}`);
        else expect(read[index], `${a[index]}, ${b[index]}`).toBe(value);
      }
    });

    it.runIf(member.slopes)('has the slopes of its reference as gradients', async () => {
      const length = 65;
      const a = rounded(normalNumbers(length, 3), 'f32').map((x) => Math.abs(x) + 0.1);
      const b = rounded(normalNumbers(length, 4), 'f32').map((x) => Math.abs(x) + 0.2);
      const gradOutput = rounded(normalNumbers(length, 5), 'f32');
      const arrays = { a: uploadFloats(gpu, a, 'f32', 'a'), b: uploadFloats(gpu, b, 'f32', 'b') };
      const gradient = uploadFloats(gpu, gradOutput, 'f32', 'gradOutput');
      for (const by of ['a', 'b'] as const) {
        const gradInput = staleOutput(gpu, length, 'f32', 'gradInput');
        binaryBackward(gpu, { function: member, by, gradOutput: gradient, ...arrays, gradInput, length });
        const read = await readFloats(gpu, gradInput, length);
        const step = 1e-5;
        const moved = (width: number) =>
          by === 'a'
            ? binaryReference(
                member,
                a.map((x) => x + width),
                b,
              )
            : binaryReference(
                member,
                a,
                b.map((x) => x + width),
              );
        const [above, below] = [moved(step), moved(-step)];
        for (const [index, value] of above.entries()) {
          const slope = ((value - (below[index] as number)) / (2 * step)) * (gradOutput[index] as number);
          expect(Math.abs((read[index] as number) - slope)).toBeLessThan(2e-5 * Math.max(1, Math.abs(slope)));
        }
      }
    });

    it('takes whole numbers', async () => {
      const a = Int32Array.of(-3, 0, 5, 7, 70_000);
      const b = Int32Array.of(2, 3, 5, -1, 2);
      const [first, second] = [gpu.upload(a, 'i32', 'a'), gpu.upload(b, 'i32', 'b')];
      const output = gpu.allocate(binaryResult(member, first, second), 5, 'output');
      binary(gpu, { function: member, a: first, b: second, output, length: 5 });
      const read = Array.from((await gpu.read(output)).subarray(0, 5));
      const expected = binaryReference(member, a, b);
      if (output.elementType === 'f32') expectClose(read, expected, { roundings: 6 });
      else expect(read).toEqual([...expected].map((value) => Math.trunc(value) | 0));
    });
  });

  it.each(['i32', 'u32'] as const)('raises whole numbers of %s to powers modulo 2^32', async (type) => {
    const bases =
      type === 'i32' ? [0, 1, -1, 2, -3, 7, 2 ** 31 - 1, -(2 ** 31)] : [0, 1, 2, 3, 7, 2 ** 31, 2 ** 32 - 1];
    const exponents = type === 'i32' ? [0, 1, 2, 31, 33, -1, -2, -(2 ** 31)] : [0, 1, 2, 31, 2 ** 31 + 1, 2 ** 32 - 1];
    const pairs = bases.flatMap((base) => exponents.map((exponent) => [base, exponent] as const));
    const array = (whole: readonly number[], label: string) =>
      gpu.upload(type === 'i32' ? Int32Array.from(whole) : Uint32Array.from(whole), type, label);
    const a = array(
      pairs.map(([base]) => base),
      'a',
    );
    const b = array(
      pairs.map(([, exponent]) => exponent),
      'b',
    );
    const output = gpu.allocate(type, pairs.length, 'output');
    binary(gpu, { function: members.pow, a, b, output, length: pairs.length });
    const wrapped = (value: bigint) => Number(type === 'i32' ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value));
    const modulus = 2n ** 32n;
    const power = (base: bigint, exponent: bigint) => {
      let value = 1n;
      for (let [square, rest] = [base, exponent]; rest > 0n; [square, rest] = [(square * square) % modulus, rest / 2n])
        if (rest % 2n === 1n) value = (value * square) % modulus;
      return value;
    };
    const expected = pairs.map(([base, exponent]) =>
      exponent < 0 ? Math.trunc(base ** exponent) | 0 : wrapped(power(BigInt(base), BigInt(exponent))),
    );
    expect([...(await gpu.read(output)).subarray(0, pairs.length)]).toEqual(expected);
  });

  it('compares whole numbers with those that their type does not hold', async () => {
    const compared = async (type: 'i32' | 'u32', member: BinaryMember, value: number) => {
      const a = gpu.upload(type === 'i32' ? Int32Array.of(-5, 2e9) : Uint32Array.of(0, 4e9), type, 'a');
      const output = gpu.allocate('u32', 2, 'output');
      binary(gpu, { function: member, a, b: value, output, length: 2 });
      return [...(await gpu.read(output)).subarray(0, 2)];
    };
    expect(await compared('i32', members.gt, 1e10)).toEqual([0, 0]);
    expect(await compared('i32', members.eq, 2 ** 32 - 5)).toEqual([0, 0]);
    expect(await compared('u32', members.gt, -1)).toEqual([1, 1]);
    expect(await compared('u32', members.eq, 4e9 - 2 ** 32)).toEqual([0, 0]);
    expect(await compared('u32', members.eq, 4e9)).toEqual([0, 1]);
  });

  it('raises to powers as float64 does, to 2 units', async () => {
    const length = 20_000;
    const bases = normalNumbers(length, 6, { deviation: 3 });
    const a = Float64Array.from(bases, (x) => Math.fround(Math.exp(x)));
    const b = rounded(normalNumbers(length, 7, { deviation: 8 }), 'f32');
    const read = await values(members.pow, a, b, 'f32', length);
    const expected = binaryReference(members.pow, a, b);
    const normal = [...expected.keys()].filter(
      (index) => (expected[index] as number) > 2 ** -126 && (expected[index] as number) < 3e38,
    );
    expect(normal.length).toBeGreaterThan(length * 0.9);
    expectClose(
      normal.map((index) => read[index] as number),
      normal.map((index) => expected[index] as number),
      { roundings: 3 },
    );
  });

  it.each(['f32', 'f16'] as const)('repeats arrays of %s along any dimensions', async (type) => {
    const extents = [3, 4, 5, 1, 2];
    const length = 120;
    // Of [3, 1, 5, 1, 1] and [4, 1, 1, 2].
    const strides = { a: [5, 0, 1, 0, 0], b: [0, 2, 0, 0, 1] };
    const a = rounded(normalNumbers(15, 1), type);
    const b = rounded(normalNumbers(8, 2), type);
    const arrays = { a: uploadFloats(gpu, a, type, 'a'), b: uploadFloats(gpu, b, type, 'b') };
    const output = staleOutput(gpu, length, type, 'output');
    binary(gpu, { function: members.sub, ...arrays, output, length, broadcast: { extents, strides } });
    const expected = Float64Array.from({ length }, (_, index) => {
      const [i, j, k, l] = [Math.floor(index / 40), Math.floor(index / 10) % 4, Math.floor(index / 2) % 5, index % 2];
      return (a[i * 5 + k] as number) - (b[j * 2 + l] as number);
    });
    expectClose(await readFloats(gpu, output, length), expected, { type, roundings: 1 });
  });

  it.each(['f32', 'f16'] as const)('reads %s by fours where the innermost dimension allows it', async (type) => {
    const [rows, columns] = [3, 8];
    const table = rounded(normalNumbers(rows * columns, 1), type);
    const row = rounded(normalNumbers(columns, 2), type);
    const column = rounded(normalNumbers(rows, 3), type);
    const cases = [
      [row, [0, 1], (_: number, j: number) => row[j] as number],
      [column, [1, 0], (i: number) => column[i] as number],
    ] as const;
    for (const [repeated, steps, at] of cases) {
      const [a, b] = [uploadFloats(gpu, table, type, 'a'), uploadFloats(gpu, repeated, type, 'b')];
      const output = staleOutput(gpu, rows * columns, type, 'output');
      const broadcast = { extents: [rows, columns], strides: { a: [columns, 1], b: steps } };
      binary(gpu, { function: members.sub, a, b, output, length: rows * columns, broadcast });
      const expected = table.map((value, index) => value - at(Math.floor(index / columns), index % columns));
      expectClose(await readFloats(gpu, output, rows * columns), expected, { type, roundings: 1 });
    }
  });

  it('goes beyond 65535 workgroups', async () => {
    const [rows, columns] = [65536 * 64 + 1, 5];
    const a = gpu.upload(Float32Array.of(1, 2, 3, 4, 5), 'f32', 'a');
    const output = gpu.allocate('f32', rows * columns, 'output');
    const broadcast = { extents: [rows, columns], strides: { a: [0, 1] } };
    binary(gpu, { function: members.add, a, b: 1, output, length: rows * columns, broadcast });
    const read = await gpu.read(output);
    expect([...read.subarray(rows * columns - 5, rows * columns)]).toEqual([2, 3, 4, 5, 6]);
    gpu.release(output);
  });

  it('refuses operands that are too short, naming them', () => {
    const array = (size: number) => gpu.allocate('f32', size, `array of ${size}`);
    expect(() => binary(gpu, { function: members.sub, a: array(3), b: 1, output: array(4), length: 4 })).toThrow(
      /binary sub: a \(array of 3\) has 3 elements/,
    );
    const broadcast = { extents: [2, 3], strides: { a: [3, 1], b: [0, 1] } };
    expect(() =>
      binary(gpu, { function: members.sub, a: array(6), b: array(2), output: array(6), length: 6, broadcast }),
    ).toThrow(/b \(array of 2\) has 2 elements; \[length 3\] needs 3/);
  });

  it('compiles in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const member of family) {
        for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
          for (const length of [7, 8]) {
            const [a, b] = [nullGpu.allocate(type, 8, 'a'), nullGpu.allocate(type, 8, 'b')];
            for (const [first, second] of [
              [a, b],
              [a, 2],
              [2, b],
              [a, 0.5],
            ] as const) {
              const output = nullGpu.allocate(binaryResult(member, first, second), 8, 'output');
              binary(nullGpu, { function: member, a: first, b: second, output, length });
            }
            if (!member.slopes || type === 'i32' || type === 'u32') continue;
            const [gradOutput, gradInput] = [
              nullGpu.allocate(type, 8, 'gradOutput'),
              nullGpu.allocate(type, 8, 'gradInput'),
            ];
            for (const by of ['a', 'b'] as const)
              binaryBackward(nullGpu, { function: member, by, gradOutput, a, b, gradInput, length });
          }
        }
      }
    }));
});
