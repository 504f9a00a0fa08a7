import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { unary, unaryBackward, unaryResult } from './index.ts';
import * as members from './members.ts';
import type { UnaryMember } from './members.ts';
import { unaryReference, unarySlopeReference } from './reference.ts';

const family: readonly UnaryMember[] = Object.values(members);
const lengths = [0, 1, 3, 17, 63, 65, 129];
/** Where functions have their ends, and where series change. */
const special = [
  0,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  1,
  -1,
  1e-10,
  1e-4,
  0.3,
  0.4,
  0.42,
  0.98,
  1.02,
  3,
  5,
  20,
  30,
  80,
  1e4,
  1e6,
  1e30,
  Infinity,
];
const parameters = { p: -0.25, q: 0.75 };
/** Functions of positive numbers only. */
const isDefined = (member: UnaryMember, x: number) =>
  Number.isFinite(unaryReference(member, [x], -0.25, 0.75)[0] as number);

describe('unary', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function values(member: UnaryMember, numbers: ArrayLike<number>, type: 'f32' | 'f16' = 'f32') {
    const length = numbers.length;
    const input = uploadFloats(gpu, numbers, type, 'input');
    const isTest = unaryResult(member, type) === 'u32';
    const output = isTest
      ? gpu.allocate('u32', Math.max(1, length), 'output')
      : staleOutput(gpu, length, type, 'output');
    unary(gpu, { function: member, input, output, length, ...parameters });
    const read = await readFloats(gpu, output, length);
    gpu.release(input);
    gpu.release(output);
    return read;
  }

  describe.each(family)('$name', (member) => {
    const { roundings = 4, derivative } = member;

    it.each(['f32', 'f16'] as const)('equals its reference in %s', async (type) => {
      for (const length of lengths) {
        const input = rounded(normalNumbers(length, length + 1, { deviation: 2 }), type).filter((x) =>
          isDefined(member, x),
        );
        const expected = unaryReference(member, input, -0.25, 0.75);
        expectClose(await values(member, input, type), expected, { type, roundings }, `${length}`);
      }
    });

    it('equals its reference at ends, tiny, huge and infinite numbers', async () => {
      const input = rounded([...special, ...special.map((x) => -x)], 'f32');
      const actual = await values(member, input);
      const expected = unaryReference(member, input, -0.25, 0.75);
      const [got, wanted]: [number[], number[]] = [[], []];
      for (const [index, value] of expected.entries()) {
        const single = Math.fround(value);
        if (Number.isFinite(single))
          [got, wanted].forEach((list, at) => list.push(at === 0 ? (actual[index] as number) : value));
        else expect(actual[index], `at ${input[index]}`).toBe(single);
      }
      expectClose(got, wanted, { roundings }, 'special');
    });

    it('lets NaN through', async () => {
      const [value] = await values(member, [NaN]);
      expect(value).toBe(Math.fround(unaryReference(member, [NaN], -0.25, 0.75)[0] as number));
    });

    it.runIf(derivative !== null)('has the slope of its reference as gradient', async () => {
      for (const length of lengths) {
        const input = rounded(normalNumbers(length, length + 5, { deviation: 2 }), 'f32').filter(
          (x) =>
            isDefined(member, x - 0.05) &&
            Math.abs(x) > 0.01 &&
            Math.abs(x - parameters.q) > 0.01 &&
            Math.abs(x - parameters.p) > 0.01,
        );
        const gradOutput = rounded(normalNumbers(input.length, 3), 'f32');
        const [given, gradient] = [
          uploadFloats(gpu, input, 'f32', 'input'),
          uploadFloats(gpu, gradOutput, 'f32', 'gradOutput'),
        ];
        const gradInput = staleOutput(gpu, input.length, 'f32', 'gradInput');
        unaryBackward(gpu, {
          function: member,
          gradOutput: gradient,
          input: given,
          gradInput,
          length: input.length,
          ...parameters,
        });
        const slopes = unarySlopeReference(member, input, -0.25, 0.75).map(
          (slope, at) => slope * (gradOutput[at] as number),
        );
        const read = await readFloats(gpu, gradInput, input.length);
        for (const [index, slope] of slopes.entries()) {
          // The differences of steps are wrong where the steps are.
          if (derivative === '0.0') expect(Math.abs(read[index] as number)).toBe(0);
          else
            expect(Math.abs((read[index] as number) - slope), `at ${input[index]}`).toBeLessThan(
              2e-5 * Math.max(1, Math.abs(slope)),
            );
        }
        for (const array of [given, gradient, gradInput]) gpu.release(array);
      }
    });

    it('takes whole numbers', async () => {
      const numbers = Int32Array.of(-3, 0, 1, 2, 700);
      const input = gpu.upload(numbers, 'i32', 'input');
      const output = gpu.allocate(unaryResult(member, 'i32'), numbers.length, 'output');
      unary(gpu, { function: member, input, output, length: numbers.length, p: -2, q: 1 });
      const expected = unaryReference(member, numbers, -2, 1);
      const read = Array.from((await gpu.read(output)).subarray(0, numbers.length));
      if (output.elementType === 'i32') expect(read).toEqual(Array.from(expected, (x) => x | 0));
      else if (output.elementType === 'u32') expect(read).toEqual([...expected]);
      else
        for (const [index, value] of read.entries())
          if (Number.isFinite(Math.fround(expected[index] as number)))
            expectClose([value], [expected[index] as number], { roundings });
    });
  });

  it('goes beyond 65535 workgroups', async () => {
    const length = 65536 * 64 * 4 + 3;
    const input = gpu.allocate('f32', length, 'input');
    gpu.clear(input);
    const output = gpu.allocate('f32', length, 'output');
    unary(gpu, { function: members.exp, input, output, length });
    const read = await gpu.read(output);
    expect([read[0], read[length - 1]]).toEqual([1, 1]);
    gpu.release(input);
    gpu.release(output);
  });

  it('compiles in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const member of family) {
        for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
          for (const length of [7, 8]) {
            const input = nullGpu.allocate(type, 8, 'input');
            unary(nullGpu, {
              function: member,
              input,
              output: nullGpu.allocate(unaryResult(member, type), 8, 'output'),
              length,
            });
            if (member.derivative === null || type === 'i32' || type === 'u32') continue;
            const [gradOutput, gradInput] = [
              nullGpu.allocate(type, 8, 'gradOutput'),
              nullGpu.allocate(type, 8, 'gradInput'),
            ];
            unaryBackward(nullGpu, { function: member, gradOutput, input, gradInput, length });
          }
        }
      }
    }));
});
