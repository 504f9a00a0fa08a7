interface ClassLossReferenceInput {
  /** [rows, classes]. */
  readonly input: ArrayLike<number>;
  readonly isLogits: boolean;
  /** [rows], or [rows, classes] where `isByLabel` is false. */
  readonly target: ArrayLike<number>;
  readonly isByLabel: boolean;
  readonly classWeights?: ArrayLike<number> | undefined;
  readonly rows: number;
  readonly classes: number;
  readonly labelSmoothing?: number;
  readonly ignoreIndex?: number;
}

/** The loss of each row, and its weight. */
export function classLossReference(options: ClassLossReferenceInput): { losses: Float64Array; counts: Float64Array } {
  const { input, isLogits, target, isByLabel, classWeights, rows, classes } = options;
  const { labelSmoothing: e = 0, ignoreIndex = -100 } = options;
  const [losses, counts] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const values = Array.from({ length: classes }, (_, c) => input[row * classes + c] as number);
    const largest = Math.max(...values);
    const sum = isLogits ? Math.log(values.reduce((total, x) => total + Math.exp(x - largest), 0)) + largest : 0;
    const label = isByLabel ? (target[row] as number) : -1;
    if (isByLabel && label === ignoreIndex) continue;
    for (const [c, value] of values.entries()) {
      const given = isByLabel ? Number(c === label) : (target[row * classes + c] as number);
      const wanted = ((1 - e) * given + e / classes) * (classWeights?.[c] ?? 1);
      if (wanted !== 0) losses[row] = (losses[row] as number) - wanted * (value - sum);
    }
    counts[row] = isByLabel ? (classWeights?.[label] ?? 1) : 1;
    if (isByLabel && !(label >= 0 && label < classes)) losses[row] = NaN;
  }
  return { losses, counts };
}
