/** The 2-norm of all arrays together, in float64. */
export function globalNormReference(arrays: readonly ArrayLike<number>[]): number {
  let largest = 0;
  for (const array of arrays)
    for (let index = 0; index < array.length; index++) largest = Math.max(largest, Math.abs(array[index] as number));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const array of arrays)
    for (let index = 0; index < array.length; index++) sum += ((array[index] as number) / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * Factor of the gradients, as `torch.nn.utils.clip_grad_norm_` computes it: `min(1, maxGradNorm /
 * (norm + 1e-6))`; 1 where `maxGradNorm` is 0.
 */
export function clipFactorReference(norm: number, maxGradNorm: number): number {
  return maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
}

export interface AdamWReferenceOptions {
  readonly weights: Float64Array;
  readonly gradients: ArrayLike<number>;
  readonly expAvg: Float64Array;
  readonly expAvgSq: Float64Array;
  /** Number of this update, from 1. */
  readonly update: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/** One AdamW update in place, in float64, as `torch.optim.AdamW` defines it. */
export function adamWReference(options: AdamWReferenceOptions): void {
  const { weights, gradients, expAvg, expAvgSq, update, learningRate, weightDecay, epsilon } = options;
  const [beta1, beta2] = options.betas;
  for (let index = 0; index < weights.length; index++) {
    const gradient = gradients[index] as number;
    const average = beta1 * (expAvg[index] as number) + (1 - beta1) * gradient;
    const square = beta2 * (expAvgSq[index] as number) + (1 - beta2) * gradient * gradient;
    expAvg[index] = average;
    expAvgSq[index] = square;
    const root = Math.sqrt(square / (1 - beta2 ** update));
    const decayed = (weights[index] as number) * (1 - learningRate * weightDecay);
    weights[index] = decayed - ((learningRate / (1 - beta1 ** update)) * average) / (root + epsilon);
  }
}
