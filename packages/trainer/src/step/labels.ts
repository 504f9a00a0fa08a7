import type { Batch, BatchArray } from '@attune/data';
import type { TrainableModel } from '../model.ts';

/** PyTorch's `ignore_index`: a label that adds to no loss. */
export const ignoreIndex = -100;

/**
 * Examples of a batch that add to the loss. The model knows; for one that does not say, all rows
 * do, and of whole-number labels (one a row, or one a token) all but -100. Of several labels the
 * first counts.
 */
export function countLabels(model: TrainableModel, batch: Batch, labelNames: readonly string[]): number {
  if (model.countLabels) return model.countLabels(batch, labelNames);
  const labels = labelsOf(batch, labelNames)?.[0];
  if (!labels) return 0;
  if (labels.data instanceof Float32Array) return labels.shape[0] ?? 0;
  return labels.data.reduce((count, label) => count + Number(label !== ignoreIndex), 0);
}

/**
 * The names under which the micro-batches of a step have labels: those that were given, else the
 * one that models read; null where they have none, as for a loss that needs no labels.
 */
export function namesThatCount(batches: readonly Batch[], labelNames: readonly string[]): readonly string[] | null {
  return [labelNames, ['labels']].find((names) => batches.some((batch) => labelsOf(batch, names))) ?? null;
}

/**
 * Whether a batch has a column of labels, and no row of it a label. A model that counts none of
 * them may also read another column.
 */
export function hasNoLabel(model: TrainableModel, batch: Batch, labelNames: readonly string[]): boolean {
  const labels = labelsOf(batch, labelNames)?.[0];
  return labels !== undefined && labels.data.every((label) => label < 0) && countLabels(model, batch, labelNames) === 0;
}

/**
 * The labels of a batch in the order of their names; null where one is
 * missing, or none is asked for.
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
