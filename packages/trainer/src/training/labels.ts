import type { Batch } from '@attune/data';

/** Labels that stand for "no label": PyTorch's ignore index, and what GLUE's test sets carry. */
export function isUnlabelled(label: number): boolean {
  return label === -100 || label === -1;
}

/**
 * Examples of a batch that add to the loss. Float labels (regression, several labels) always do.
 */
export function countLabelled(batch: Batch, labelName: string): number {
  const labels = batch[labelName];
  if (!labels) return 0;
  const rows = labels.shape[0] ?? 0;
  if (labels.data instanceof Float32Array || labels.data instanceof Float64Array) return rows;
  let count = 0;
  for (const label of labels.data) if (!isUnlabelled(Number(label))) count += 1;
  return count;
}

/** Examples in a batch. */
export function countExamples(batch: Batch): number {
  for (const array of Object.values(batch)) return array.shape[0] ?? 0;
  return 0;
}
