/** What the number of an update, from 1, decides. */
export type Corrections = (update: number) => {
  /** What the learning rate is divided by. */
  readonly divisor: number;
  /** A number above 0 that the update's kernel reads. */
  readonly correction: number;
};

/** Parameters that are treated alike. */
export interface ParameterGroup {
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Multiplies the scheduled learning rate. Default 1. */
  readonly learningRateFactor?: number | undefined;
}

/**
 * A loss scale that finds the largest power that does not overflow: `torch.amp.GradScaler`, whose
 * defaults these are.
 */
export interface DynamicLossScale {
  /** To begin with. Default 65536. */
  readonly initial?: number | undefined;
  /** Applied updates in a row after which it grows. Default 2000. */
  readonly growthInterval?: number | undefined;
  /** Default 2. */
  readonly growthFactor?: number | undefined;
  /** What it is multiplied with after a skipped update. Default 0.5. */
  readonly backoffFactor?: number | undefined;
  /** Updates applied in a row so far, when training is resumed. Default 0. */
  readonly growthTracker?: number | undefined;
}

export interface OptimizerStateOptions {
  /** Learning rate of each scheduled update, in order. A skipped update does not use its row up. */
  readonly learningRates: ArrayLike<number>;
  /** Group ids in the arenas count in this list. */
  readonly groups: readonly ParameterGroup[];
  /** Decay of the first and second moments of AdamW. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** What an optimizer other than AdamW takes of the number of an update. Default AdamW's. */
  readonly corrections?: Corrections | undefined;
  /**
   * Gradients are scaled down to this global norm where theirs is larger; 0 for no clipping.
   * Default 1.
   */
  readonly maxGradNorm?: number | undefined;
  /** Updates that the ring of records keeps. Default 1024. */
  readonly recordCapacity?: number | undefined;
  /**
   * Row of `learningRates` to begin with: updates already applied, when training is resumed.
   * Default 0.
   */
  readonly firstStep?: number | undefined;
  /**
   * The gradients are those of this many times the loss: a fixed number, or one that changes as
   * updates overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale | undefined;
}
