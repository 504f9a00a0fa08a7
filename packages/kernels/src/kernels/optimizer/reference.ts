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

/** Options of {@link adamWReference}. */
export interface AdamWReferenceOptions {
  /** Changed in place. */
  readonly weights: Float64Array;
  /** One for each weight. */
  readonly gradients: ArrayLike<number>;
  /** Running mean of the gradients, changed in place. */
  readonly expAvg: Float64Array;
  /** Running mean of their squares, changed in place. */
  readonly expAvgSq: Float64Array;
  /** Number of this update, from 1. */
  readonly update: number;
  /** Learning rate of this update. */
  readonly learningRate: number;
  /** Decoupled weight decay, times the learning rate. */
  readonly weightDecay: number;
  /** Decay of the two means. */
  readonly betas: readonly [number, number];
  /** Added to the root of the second. */
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

/** What the updates of other optimizers have in common. */
export interface RuleReferenceOptions {
  /** Changed in place. */
  readonly weights: Float64Array;
  /** One for each weight. */
  readonly gradients: ArrayLike<number>;
  /** In the order of the kernel's header. */
  readonly moments: readonly Float64Array[];
  /** Number of this update, from 1. */
  readonly update: number;
  /** Learning rate of this update. */
  readonly learningRate: number;
  /** Weight decay, as the rule takes it. */
  readonly weightDecay: number;
}

const noMoment = new Float64Array(0);

/** One update in place, in float64, as `torch.optim.SGD` defines it. */
export function sgdReference(
  { weights, gradients, moments: [buffers], update, learningRate, weightDecay }: RuleReferenceOptions,
  { momentum = 0, dampening = 0, nesterov = false },
): void {
  for (const [index, weight] of weights.entries()) {
    const gradient = (gradients[index] as number) + weightDecay * weight;
    let step = gradient;
    if (buffers) {
      const buffer = update === 1 ? gradient : momentum * (buffers[index] as number) + (1 - dampening) * gradient;
      buffers[index] = buffer;
      step = nesterov ? gradient + momentum * buffer : buffer;
    }
    weights[index] = weight - learningRate * step;
  }
}

/** One update in place, in float64: algorithm 2 of the paper. */
export function lionReference(
  { weights, gradients, moments: [averages = noMoment], learningRate, weightDecay }: RuleReferenceOptions,
  [beta1, beta2]: readonly [number, number],
): void {
  for (const [index, weight] of weights.entries()) {
    const [gradient, average] = [gradients[index] as number, averages[index] as number];
    averages[index] = beta2 * average + (1 - beta2) * gradient;
    const direction = Math.sign(beta1 * average + (1 - beta1) * gradient);
    weights[index] = weight * (1 - learningRate * weightDecay) - learningRate * direction;
  }
}

/** One update in place, in float64, as `torch.optim.RMSprop` defines it. */
export function rmspropReference(
  { weights, gradients, moments, learningRate, weightDecay }: RuleReferenceOptions,
  { alpha = 0.99, epsilon = 1e-8, momentum = 0, centered = false },
): void {
  const squares = moments[0] as Float64Array;
  const buffers = momentum === 0 ? null : (moments[1] as Float64Array);
  const averages = centered ? (moments.at(-1) as Float64Array) : null;
  for (const [index, weight] of weights.entries()) {
    const gradient = (gradients[index] as number) + weightDecay * weight;
    const square = alpha * (squares[index] as number) + (1 - alpha) * gradient * gradient;
    squares[index] = square;
    const average = averages ? alpha * (averages[index] as number) + (1 - alpha) * gradient : 0;
    if (averages) averages[index] = average;
    let step = gradient / (Math.sqrt(Math.max(0, square - average * average)) + epsilon);
    if (buffers) step = buffers[index] = momentum * (buffers[index] as number) + step;
    weights[index] = weight - learningRate * step;
  }
}

/** One update in place, in float64, as `torch.optim.Adagrad` defines it. */
export function adagradReference(
  { weights, gradients, moments: [sums = noMoment], update, learningRate, weightDecay }: RuleReferenceOptions,
  { epsilon = 1e-10, lrDecay = 0 },
): void {
  for (const [index, weight] of weights.entries()) {
    const gradient = (gradients[index] as number) + weightDecay * weight;
    const sum = (sums[index] as number) + gradient * gradient;
    sums[index] = sum;
    weights[index] = weight - ((learningRate / (1 + (update - 1) * lrDecay)) * gradient) / (Math.sqrt(sum) + epsilon);
  }
}
