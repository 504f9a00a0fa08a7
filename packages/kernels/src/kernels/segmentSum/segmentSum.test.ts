import { describe, expect, it } from 'vitest';
import { uniformNumbers } from '../../testing/numbers.ts';
import { segmentIds } from './index.ts';

function randomIds(count: number, below: number, seed: number): Uint32Array {
  const uniform = uniformNumbers(seed);
  return Uint32Array.from({ length: count }, () => Math.floor(uniform() * below));
}

describe('segmentIds', () => {
  it('groups rows by id, ascending', () => {
    expect(segmentIds(Uint32Array.of(7, 0, 7, 3, 0, 7))).toEqual({
      uniqueIds: Uint32Array.of(7, 0, 3),
      segmentStarts: Uint32Array.of(0, 3, 5, 6),
      order: Uint32Array.of(0, 2, 5, 1, 4, 3),
    });
  });

  it('leaves the padding out', () => {
    expect(segmentIds(Int32Array.of(0, 5, 0, 5), 0)).toEqual({
      uniqueIds: Uint32Array.of(5),
      segmentStarts: Uint32Array.of(0, 2),
      order: Uint32Array.of(1, 3),
    });
  });

  it('takes no rows at all, and remembers nothing between calls', () => {
    const none = { uniqueIds: new Uint32Array(0), segmentStarts: Uint32Array.of(0), order: new Uint32Array(0) };
    expect(segmentIds(new Uint32Array(0))).toEqual(none);
    const ids = randomIds(1000, 30000, 3);
    const first = segmentIds(ids);
    segmentIds(randomIds(1000, 40000, 4));
    expect(segmentIds(ids)).toEqual(first);
  });

  it('refuses negative ids', () => {
    expect(() => segmentIds(Int32Array.of(1, -1))).toThrow(/id is -1/);
    expect(() => segmentIds([1] as never)).toThrow(
      /segmentIds: ids must be a Uint32Array or an Int32Array; got an array/,
    );
    expect(() => segmentIds(Int32Array.of(1), 0.5)).toThrow(/paddingIndex must be a whole number; got 0.5/);
  });
});
