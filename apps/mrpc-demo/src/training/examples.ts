import type { ReportExample } from '../report/reportData.ts';
import type { LabelledData } from '../sources/source.ts';

/** Every validation example with the predicted class and its probability. */
export function examplesOf(
  { validation }: LabelledData,
  labelNames: readonly string[],
  logits: ArrayLike<number>,
): ReportExample[] {
  const count = labelNames.length;
  const nameOf = (index: number) => labelNames[index] ?? String(index);
  return validation.toRows().map(({ sentence1, sentence2 = '', label }, row) => {
    const own = Array.from({ length: count }, (_, index) => logits[row * count + index] as number);
    const largest = Math.max(...own);
    const probability = 1 / own.reduce((sum, value) => sum + Math.exp(value - largest), 0);
    return { sentence1, sentence2, label: nameOf(label), predicted: nameOf(own.indexOf(largest)), probability };
  });
}
