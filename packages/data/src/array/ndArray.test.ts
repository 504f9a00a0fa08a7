import { describe, expect, it } from 'vitest';
import { DatasetError, NdArray } from '../index.ts';

const logits = new NdArray(Float32Array.of(0.25, 0.75, 1, -1, 2, 2), [3, 2]);

describe('NdArray', () => {
  it('argmax, along any axis', () => {
    expect(logits.argmax(-1)).toEqual(new NdArray(Int32Array.of(1, 0, 0), [3]));
    expect(logits.argmax(0)).toEqual(new NdArray(Int32Array.of(2, 2), [2]));
    const cube = new NdArray(Int32Array.of(0, 5, 3, 1, 9, 2, 8, 4), [2, 2, 2]);
    expect(cube.argmax(1).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(new NdArray(Float32Array.of(1, NaN, 3), [3]).argmax().toArray()).toBe(1);
    expect(() => logits.argmax(2)).toThrow(DatasetError);
    expect(() => new NdArray(new Float32Array(0), [3, 0]).argmax()).toThrow('empty');
    expect(new NdArray(new Float32Array(0), [0, 2]).argmax().shape).toEqual([0]);
  });

  it('at, iteration', () => {
    expect(logits.at(-1, 0)).toBe(2);
    expect(logits.at(1)).toEqual(new NdArray(Float32Array.of(1, -1), [2]));
    expect([...logits.argmax()]).toEqual([1, 0, 0]);
    expect([...logits].map((row) => (row as NdArray).at(0))).toEqual([0.25, 1, 2]);
    expect(() => logits.at(3)).toThrow('axis 0 of length 3');
    expect(() => logits.at(0, 0, 0)).toThrow(DatasetError);
    expect([logits.length, logits.size]).toEqual([3, 6]);
  });

  it('prints', () => {
    expect(String(logits)).toBe('[[0.25 0.75]\n [1 -1]\n [2 2]]');
    expect(
      String(
        new NdArray(
          Int32Array.from({ length: 20 }, (_, index) => index),
          [20],
        ),
      ),
    ).toBe('[0 1 2 ... 17 18 19]');
  });

  it('wants as many numbers as its shape', () => {
    expect(() => new NdArray(new Int32Array(3), [2, 2])).toThrow('shape [2, 2] needs 4 numbers; got 3');
  });
});
