import type { Batch, BatchArray } from '@attune/data';
import type { TrainableModel } from '../model.ts';

/** PyTorch's `ignore_index`: a label that does not count in the loss. */
export const ignoreIndex = -100;

/**
 * Number of examples in a batch that count in the loss, as the model says. Default: all rows,
 * except whole-number labels (for rows or tokens) of -100. Of several labels the first decides.
 */
export function countLabels(model: TrainableModel, batch: Batch, labelNames: readonly string[]): number {
  if (model.countLabels) return model.countLabels(batch, labelNames);
  const labels = labelsOf(batch, labelNames)?.[0];
  if (!labels) return 0;
  if (labels.data instanceof Float32Array) return labels.shape[0] ?? 0;
  return labels.data.reduce((count, label) => count + Number(label !== ignoreIndex), 0);
}

/**
 * The names of the labels in the micro-batches of a step: the given ones, or else the one that
 * models read; null where there are no labels, as for a loss without labels.
 */
export function namesThatCount(batches: readonly Batch[], labelNames: readonly string[]): readonly string[] | null {
  return [labelNames, ['labels']].find((names) => batches.some((batch) => labelsOf(batch, names))) ?? null;
}

/**
 * Whether a batch has a column of labels but no labelled row. A model that counts none may also
 * read another column.
 */
export function hasNoLabel(model: TrainableModel, batch: Batch, labelNames: readonly string[]): boolean {
  const labels = labelsOf(batch, labelNames)?.[0];
  return labels !== undefined && labels.data.every((label) => label < 0) && countLabels(model, batch, labelNames) === 0;
}

/**
 * The labels of a batch in the order of the names; null where one is missing, or no name is given.
 */
export function labelsOf(batch: Batch, labelNames: readonly string[]): readonly BatchArray[] | null {
  const labels = labelNames.flatMap((name) => batch[name] ?? []);
  return labels.length === labelNames.length && labels.length > 0 ? labels : null;
}

/** Rows in a batch. */
export function countExamples(batch: Batch): number {
  for (const array of Object.values(batch)) return array.shape[0] ?? 0;
  return 0;
}
