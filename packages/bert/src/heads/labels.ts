import type { Tensor } from '@attune/tensor';
import { fusedBinaryCrossEntropy, fusedCrossEntropy, fusedSquaredError } from '@attune/tensor/internal';
import { shown } from '@attune/validate';
import type { BertConfig, ProblemType } from '../config/bertConfig.ts';
import { BatchError } from '../errors.ts';
import { readInput, rowsOf, type HostArray, type ModelInputs } from '../pretrained/modelInputs.ts';

/** The class that the loss ignores (PyTorch's `ignore_index`). */
const ignoreIndex = -100;

export interface ReadLabels {
  readonly problemType: ProblemType;
  /** Class numbers [rows] for single-label classification, else targets [rows * numLabels]. */
  readonly values: Int32Array | Float32Array;
  /** Number of rows with a label. */
  readonly labelled: number;
}

const describe = ({ shape }: HostArray): string => `labels of shape [${shape.join(', ')}]`;

function isFloat(data: HostArray['data']): boolean {
  if (Array.isArray(data)) return data.some((value) => !Number.isInteger(value));
  return data instanceof Float32Array || data instanceof Float64Array;
}

function requireNumbers(data: ArrayLike<unknown>): void {
  if (!Array.isArray(data)) return;
  const wrong = data.findIndex((value) => typeof value !== 'number');
  if (wrong < 0) return;
  const advice =
    data[wrong] === null || data[wrong] === undefined
      ? 'A row without a label has the class -100.'
      : 'Give class names as their numbers.';
  throw new BatchError(`labels[${wrong}] must be a number; got ${shown(data[wrong])}. ${advice}`);
}

function problemOf({ data }: HostArray, perRow: number, numLabels: number): ProblemType {
  if (numLabels === 1) return 'regression';
  return isFloat(data) || perRow > 1 ? 'multi_label_classification' : 'single_label_classification';
}

function readClasses(labels: HostArray, rows: number, numLabels: number): ReadLabels {
  const { data } = labels;
  if (data.length !== rows)
    throw new BatchError(
      `Single-label classification takes one class number per row; got ${describe(labels)}. For several labels set problemType: ` +
        `'multi_label_classification'.`,
    );
  let labelled = 0;
  const values = Int32Array.from(data, (label, row) => {
    if (label === -1 || label === ignoreIndex) return ignoreIndex;
    if (!Number.isInteger(label) || label < 0 || label >= numLabels) {
      const known = numLabels === 1 ? 'only class 0' : `classes 0 to ${numLabels - 1}`;
      throw new BatchError(
        `labels[${row}] is ${label}, but the model has ${known} (numLabels is ${numLabels}). Load it with { numLabels: ` +
          `… } to fit the data.`,
        { row },
      );
    }
    labelled++;
    return label;
  });
  return { problemType: 'single_label_classification', values, labelled };
}

function readTargets(labels: HostArray, rows: number, numLabels: number, problemType: ProblemType): ReadLabels {
  const { data } = labels;
  const regression = problemType === 'regression';
  if (data.length !== rows * numLabels) {
    const hint = regression
      ? `Regression takes ${numLabels} number${numLabels === 1 ? '' : 's'} per row.`
      : `With floats as labels, each row needs ${numLabels} of them, 0 or 1. For one class per row give whole numbers (an Int32Array).`;
    throw new BatchError(`The model has numLabels ${numLabels}; got ${describe(labels)}. ${hint}`);
  }
  const values = Float32Array.from(data);
  const bad = values.findIndex((value) => (regression ? !Number.isFinite(value) : !(value >= 0 && value <= 1)));
  if (bad >= 0) {
    const wanted = regression ? 'finite numbers' : 'from 0 to 1, with several labels per row';
    const row = Math.floor(bad / numLabels);
    throw new BatchError(`labels of row ${row} must be ${wanted}; got ${data[bad]}`, { row });
  }
  return { problemType, values, labelled: rows };
}

/**
 * Checks labels and determines the problem as `transformers` does: one label means regression,
 * whole numbers classes, floats or rows of 0 and 1 several labels. Classes -1 (unlabelled test rows
 * of GLUE) and -100 count as no label; targets of the other two problems are used as they are.
 *
 * @param numLabels outputs of the model
 * @throws BatchError for labels that the loss does not accept
 */
export function readLabels(
  labels: HostArray,
  rows: number,
  numLabels: number,
  configured: ProblemType | null,
): ReadLabels {
  const { data, shape } = labels;
  if (shape[0] !== rows || shape.length > 2 || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new BatchError(
      `The batch has ${rows} rows and ${describe(labels)} over ${data.length} values. Give one label, or one row of labels, per row.`,
    );
  }
  requireNumbers(data);
  const problemType = configured ?? problemOf(labels, data.length / rows, numLabels);
  return problemType === 'single_label_classification'
    ? readClasses(labels, rows, numLabels)
    : readTargets(labels, rows, numLabels, problemType);
}

/** The labels of a batch for a model of this configuration; undefined if there are none. */
export function labelsOf(
  inputs: ModelInputs,
  { numLabels, problemType }: Pick<BertConfig, 'numLabels' | 'problemType'>,
): ReadLabels | undefined {
  const labels = readInput(inputs, 'labels');
  return labels && readLabels(labels, rowsOf(inputs.input_ids), numLabels, problemType);
}

/**
 * The loss of logits [rows, numLabels]: the sum over examples divided by `items`; over labels too
 * where an example has several numbers, as PyTorch's means do.
 */
export function lossOf(logits: Tensor, { problemType, values, labelled }: ReadLabels, items = labelled): Tensor {
  const perRow = problemType === 'single_label_classification' ? 1 : (logits.shape[1] ?? 1);
  const factor = items > 0 ? 1 / (items * perRow) : 0;
  if (values instanceof Int32Array)
    return fusedCrossEntropy(logits, { values, factor }, { labelSmoothing: 0, ignoreIndex });
  const loss = problemType === 'regression' ? fusedSquaredError : fusedBinaryCrossEntropy;
  return loss(logits, { values, factor });
}
