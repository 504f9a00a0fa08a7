/** Options of {@link crossEntropyReference}. */
export interface CrossEntropyReferenceOptions {
  /** `[rows, classes]` */
  readonly logits: ArrayLike<number>;
  /** `[rows]` */
  readonly labels: ArrayLike<number>;
  /** Examples. */
  readonly rows: number;
  /** Classes. */
  readonly classes: number;
  /** Default 0. */
  readonly labelSmoothing?: number | undefined;
  /** Default -100. */
  readonly ignoreIndex?: number | undefined;
  /** Factor of the sum over rows. */
  readonly weight: number;
}

/**
 * Cross-entropy with label smoothing in float64: `weight * sum over kept rows of (1 - e) *
 * -logp[label] + e * mean over classes of -logp`.
 */
export function crossEntropyReference(options: CrossEntropyReferenceOptions): {
  loss: number;
  gradLogits: Float64Array;
} {
  const { logits, labels, rows, classes, labelSmoothing = 0, ignoreIndex = -100, weight } = options;
  const gradLogits = new Float64Array(rows * classes);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number;
    if (label === ignoreIndex || label < 0 || label >= classes) continue;
    const values = Array.from({ length: classes }, (_, index) => logits[row * classes + index] as number);
    const largest = values.reduce((a, b) => Math.max(a, b));
    const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
    for (const [index, value] of values.entries()) {
      const share = labelSmoothing / classes + (index === label ? 1 - labelSmoothing : 0);
      if (share > 0) loss += weight * share * (largest - value + Math.log(sum));
      gradLogits[row * classes + index] = weight * (Math.exp(value - largest) / sum - share);
    }
  }
  return { loss, gradLogits };
}
