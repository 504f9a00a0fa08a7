import { describe, expect, it } from 'vitest';
import { labelsOf, readLabels } from './labels.ts';

describe('readLabels', () => {
  const two = 2;
  const list = (data: Int32Array | Float32Array, ...shape: number[]) => ({
    data,
    shape: shape.length > 0 ? shape : [data.length],
  });

  it('chooses the problem as transformers does', () => {
    expect(readLabels(list(Int32Array.of(1, 0)), 2, two, null)).toEqual({
      problemType: 'single_label_classification',
      values: Int32Array.of(1, 0),
      labelled: 2,
    });
    expect(readLabels(list(Int32Array.of(3, -2)), 2, 1, null)).toEqual({
      problemType: 'regression',
      values: Float32Array.of(3, -2),
      labelled: 2,
    });
    expect(readLabels(list(Float32Array.of(1, 0, 0, 1), 2, 2), 2, two, null).problemType).toBe(
      'multi_label_classification',
    );
    expect(readLabels(list(Int32Array.of(1, 0, 0, 1), 2, 2), 2, two, null).values).toEqual(Float32Array.of(1, 0, 0, 1));
    expect(readLabels(list(Float32Array.of(1, 0)), 2, two, 'single_label_classification').values).toEqual(
      Int32Array.of(1, 0),
    );
  });

  it('takes -1 and -100 as unlabeled', () => {
    expect(readLabels(list(Int32Array.of(-1, 1, -100)), 3, two, null)).toEqual({
      problemType: 'single_label_classification',
      values: Int32Array.of(-100, 1, -100),
      labelled: 1,
    });
  });

  it('refuses labels that do not fit', () => {
    expect(() => readLabels(list(Int32Array.of(2)), 1, two, null)).toThrow(
      /labels\[0\] is 2, but the model has classes 0 to 1 \(numLabels is 2\)/,
    );
    expect(() => readLabels(list(Float32Array.of(0, 1)), 2, two, null)).toThrow(
      /For one class per row give whole numbers/,
    );
    expect(() => readLabels(list(Int32Array.of(0, 1)), 3, two, null)).toThrow(/3 rows and labels of shape \[2\]/);
    expect(() => readLabels(list(Float32Array.of(0.5)), 1, two, 'single_label_classification')).toThrow(
      /labels\[0\] is 0.5/,
    );
    expect(() => readLabels(list(Float32Array.of(NaN)), 1, 1, null)).toThrow(
      /labels of row 0 must be finite numbers; got NaN/,
    );
    expect(() => readLabels(list(Float32Array.of(2, 0), 1, 2), 1, two, null)).toThrow(/from 0 to 1/);
  });

  it('takes lists and 64-bit numbers', () => {
    const input_ids = [[1], [1]];
    const config = { numLabels: 2, problemType: null };
    expect(labelsOf({ input_ids, labels: [1, 0] }, config)?.values).toEqual(Int32Array.of(1, 0));
    expect(labelsOf({ input_ids, labels: { data: BigInt64Array.of(-100n, 1n), dims: [2] } }, config)).toEqual({
      problemType: 'single_label_classification',
      values: Int32Array.of(-100, 1),
      labelled: 1,
    });
    expect(
      labelsOf(
        {
          input_ids,
          labels: [
            [0.5, 1],
            [0, 1],
          ],
        },
        config,
      )?.problemType,
    ).toBe('multi_label_classification');
    expect(labelsOf({ input_ids, labels: Int32Array.of(1, 0) }, config)?.values).toEqual(Int32Array.of(1, 0));
    const given = (...labels: unknown[]) => labelsOf({ input_ids, labels: labels as number[] }, config);
    expect(() => given('yes', 'no')).toThrow(/labels\[0\] must be a number; got "yes". Give class names as their/);
    expect(() => given(1, null)).toThrow(/labels\[1\] must be a number; got null. A row without a label has/);
    expect(labelsOf({ input_ids }, config)).toBeUndefined();
  });
});
