/**
 * `loss = weight * sum of -(target * log sigmoid(logit) + (1 - target) * log sigmoid(-logit))` and
 * its derivative, in float64.
 */
export function binaryCrossEntropyReference(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  weight: number,
): { loss: number; gradLogits: Float64Array } {
  let loss = 0;
  const gradLogits = Float64Array.from(logits, (logit, index) => {
    const target = targets[index] as number;
    loss += weight * (Math.max(logit, 0) - logit * target + Math.log1p(Math.exp(-Math.abs(logit))));
    return weight * (1 / (1 + Math.exp(-logit)) - target);
  });
  return { loss, gradLogits };
}
