/** The score of always predicting the most frequent training label. */
export function majorityPredictions(trainLabels: readonly number[], count: number): number[] {
  const counts = new Map<number, number>();
  for (const label of trainLabels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [most = 0] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [];
  return Array.from({ length: count }, () => most);
}
