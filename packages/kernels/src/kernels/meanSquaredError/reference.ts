/** `loss = weight * sum of (predictions - targets)^2` and its derivative, in float64. */
export function meanSquaredErrorReference(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  weight: number,
): { loss: number; gradPredictions: Float64Array } {
  const differences = Float64Array.from(predictions, (prediction, index) => prediction - (targets[index] as number));
  return {
    loss: weight * differences.reduce((sum, difference) => sum + difference * difference, 0),
    gradPredictions: differences.map((difference) => 2 * weight * difference),
  };
}
