import type { ProblemType } from '../config/bertConfig.ts';
import { BatchError } from './batchError.ts';
import type { HostArray } from './packBatch.ts';

/** The class that the loss passes over (PyTorch's `ignore_index`). */
export const ignoreIndex = -100;

export interface ReadLabels {
  readonly problemType: ProblemType;
  /** Class numbers [rows] for single-label classification, else targets [rows * numLabels]. */
  readonly values: Int32Array | Float32Array;
  /** Rows that have a label. */
  readonly labelled: number;
}

function isFloat(data: ArrayLike<number>): boolean {
  return data instanceof Float32Array || data instanceof Float64Array;
}

/**
 * Checks labels and decides, as `transformers` does, what they mean: one label: regression; whole
 * numbers: classes; floats or rows of 0 and 1: several labels. Class -1 (GLUE's unlabeled test
 * rows) and -100 count as no label.
 *
 * @throws BatchError for labels that the loss cannot take
 */
export function readLabels(
  labels: HostArray,
  rows: number,
  classNames: readonly string[],
  configured: ProblemType | null,
): ReadLabels {
  const { data, shape } = labels;
  const numLabels = classNames.length;
  const shown = `labels of shape [${shape.join(', ')}]`;
  if (shape[0] !== rows || shape.length > 2 || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new BatchError(
      `The batch has ${rows} rows and ${shown} over ${data.length} values. Give one label, or one row of labels, per row.`,
    );
  }
  const perRow = data.length / rows;
  const problemType =
    configured ??
    (numLabels === 1
      ? 'regression'
      : isFloat(data) || perRow > 1
        ? 'multi_label_classification'
        : 'single_label_classification');

  if (problemType === 'single_label_classification') {
    if (perRow !== 1)
      throw new BatchError(
        `Single-label classification takes one class number per row; ${shown} came. For several labels set problemType: ` +
          `'multi_label_classification'.`,
      );
    let labelled = 0;
    const values = Int32Array.from({ length: rows }, (_, row) => {
      const label = data[row]!;
      if (label === -1 || label === ignoreIndex) return ignoreIndex;
      if (!Number.isInteger(label) || label < 0 || label >= numLabels) {
        const known = numLabels === 1 ? 'only class 0' : `classes 0 to ${numLabels - 1}`;
        throw new BatchError(
          `labels[${row}] is ${label}, but the model has ${known} (numLabels is ${numLabels}). Load it with { numLabels: ` +
            `… } to fit the data.`,
        );
      }
      labelled++;
      return label;
    });
    return { problemType, values, labelled };
  }

  if (perRow !== numLabels) {
    const hint =
      problemType === 'regression'
        ? `Regression takes ${numLabels} number${numLabels === 1 ? '' : 's'} per row.`
        : `With floats as labels, each row needs ${numLabels} of them, 0 or 1. For one class per row give whole numbers (an Int32Array).`;
    throw new BatchError(`The model has numLabels ${numLabels}; ${shown} came. ${hint}`);
  }
  const values = Float32Array.from(data);
  const bad = values.findIndex((value) =>
    problemType === 'regression' ? !Number.isFinite(value) : !(value >= 0 && value <= 1),
  );
  if (bad >= 0) {
    const wanted =
      problemType === 'regression'
        ? 'a finite number was expected'
        : 'a value from 0 to 1 was expected for several labels per row';
    throw new BatchError(`labels of row ${Math.floor(bad / perRow)} hold ${data[bad]}; ${wanted}.`);
  }
  return { problemType, values, labelled: rows };
}
