import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { stridedCopy } from './index.ts';
import type { StridedLayout } from './index.ts';
import { stridedReference } from './reference.ts';

const eight = [2, 2, 2, 2, 2, 2, 2, 3];
const blocks: [string, number[], StridedLayout][] = [
  ['a transpose', [5, 7], { strides: [1, 5] }],
  ['a transpose of vectors', [3, 5, 8], { strides: [8, 24, 1] }],
  ['a slice with steps', [3, 4], { strides: [30, 2], offset: 11 }],
  ['a slice of vectors', [3, 8], { strides: [32, 1], offset: 4 }],
  ['a flip', [4, 6], { strides: [-6, -1], offset: 23 }],
  ['repeated rows', [3, 5], { strides: [0, 1] }],
  ['repeated elements', [5, 12], { strides: [1, 0] }],
  ['a diagonal', [9], { strides: [10] }],
  ['one element', [], { strides: [], offset: 3 }],
  ['eight dimensions', eight, { strides: [1, 2, 4, 8, 16, 32, 64, 128] }],
  ['more than one workgroup', [70, 65], { strides: [1, 70] }],
  ['a transpose in fours', [8, 12], { strides: [1, 8] }],
  ['a transpose in fours from a place of fours', [64, 36], { strides: [1, 64], offset: 12 }],
  ['a transpose in fours from any place', [8, 12], { strides: [1, 8], offset: 3 }],
  ['a transpose in fours with steps that are not', [8, 12], { strides: [1, 9] }],
  ['a transpose in fours that is flipped', [8, 12], { strides: [1, -8], offset: 88 }],
  ['heads in fours that are turned', [3, 16, 2, 32], { strides: [512, 1, 1536, 16] }],
  ['heads that are turned', [3, 17, 2, 33], { strides: [1122, 1, 561, 17] }],
  ['ten dimensions that are two', [1, 1, 2, 1, 3, 1, 4, 1, 1, 5], { strides: [0, 0, 60, 0, 20, 0, 5, 0, 0, 1] }],
];

describe('stridedCopy', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  describe.each(['f32', 'f16'] as const)('of %s', (type) => {
    it.each(blocks)('reads %s, and writes it back', async (_, shape, from) => {
      const input = rounded(normalNumbers(5000, 1), type);
      const given = uploadFloats(gpu, input, type, 'input');
      const expected = stridedReference(input, shape, from);
      let output = given;
      for (const tiled of [true, false]) {
        output = staleOutput(gpu, expected.length, type, 'output');
        stridedCopy(gpu, { input: given, output, shape, from, tiled });
        expect([...(await readFloats(gpu, output, expected.length))]).toEqual([...expected]);
      }
      if (from.strides.includes(0)) return;
      const numbers = stridedReference(
        input.map((_value, index) => index),
        shape,
        from,
      );
      const left = input.map(() => 7);
      for (const place of numbers) left[place] = input[place] as number;
      for (const tiled of [true, false]) {
        const back = uploadFloats(
          gpu,
          input.map(() => 7),
          type,
          'back',
        );
        const strides = shape.map((_extent, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
        stridedCopy(gpu, { input: output, output: back, shape, from: { strides }, to: from, tiled });
        expect([...(await readFloats(gpu, back, 5000))]).toEqual([...left]);
      }
    });
  });

  it('moves whole numbers', async () => {
    const input = gpu.upload(Int32Array.of(-1, 2 ** 30 + 1, 3, 4), 'i32', 'input');
    const output = gpu.allocate('i32', 4, 'output');
    stridedCopy(gpu, { input, output, shape: [2, 2], from: { strides: [1, 2] } });
    expect([...(await gpu.read(output))].slice(0, 4)).toEqual([-1, 3, 2 ** 30 + 1, 4]);
  });

  it('refuses what is out of range', () => {
    const input = gpu.allocate('f32', 10, 'short one');
    const output = gpu.allocate('f32', 600, 'long one');
    const copy = (shape: number[], from: StridedLayout) => () => stridedCopy(gpu, { input, output, shape, from });
    expect(copy([3, 4], { strides: [4, 1] })).toThrow(/goes from element 0 to 11 of input \(short one\), which has 10/);
    expect(copy([3], { strides: [-1] })).toThrow(/from element -2 to 0/);
    expect(copy([3], { strides: [] })).toThrow(/input has 0 strides for the 1 extents of the shape \[3\]/);
  });

  it('copies more dimensions than a dispatch does', async () => {
    const input = gpu.upload(
      Float32Array.from({ length: 1024 }, (_, index) => index),
      'f32',
      'input',
    );
    const output = gpu.allocate('f32', 1024, 'output');
    const strides = Array.from({ length: 10 }, (_, axis) => 2 ** axis);
    stridedCopy(gpu, { input, output, shape: strides.map(() => 2), from: { strides } });
    const reversed = (index: number) =>
      Number.parseInt([...index.toString(2).padStart(10, '0')].toReversed().join(''), 2);
    expect([...(await gpu.read(output))]).toEqual(Array.from({ length: 1024 }, (_, index) => reversed(index)));
  });

  it('compiles in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
        for (const width of [3, 4]) {
          const array = (label: string) => nullGpu.allocate(type, 16, label);
          stridedCopy(nullGpu, {
            input: array('input'),
            output: array('output'),
            shape: [2, width],
            from: { strides: [8, 1] },
          });
          for (const tiled of [true, false])
            stridedCopy(nullGpu, {
              input: array('input'),
              output: array('output'),
              shape: [4, width],
              from: { strides: [1, 4] },
              tiled,
            });
        }
      }
    }));
});
