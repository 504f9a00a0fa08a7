/** Corrections of an update, by its number from 1. */
export type Corrections = (update: number) => {
  /** Divisor of the learning rate. */
  readonly divisor: number;
  /** A number above 0 that the update's kernel reads. */
  readonly correction: number;
};

/** Parameters that are treated alike. */
export interface ParameterGroup {
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Factor of the scheduled learning rate. Default 1. */
  readonly learningRateFactor?: number | undefined;
}

/**
 * A loss scale that finds the largest power that does not overflow: `torch.amp.GradScaler`, whose
 * defaults these are.
 */
export interface DynamicLossScale {
  /** Initial scale. Default 65536. */
  readonly initial?: number | undefined;
  /** Applied updates in a row after which it grows. Default 2000. */
  readonly growthInterval?: number | undefined;
  /** Factor of the scale when it grows. Default 2. */
  readonly growthFactor?: number | undefined;
  /** Factor of the scale after a skipped update. Default 0.5. */
  readonly backoffFactor?: number | undefined;
  /** Consecutive applied updates so far, when training is resumed. Default 0. */
  readonly growthTracker?: number | undefined;
}

export interface OptimizerStateOptions {
  /** Learning rate of each scheduled update, in order. A skipped update does not use its row up. */
  readonly learningRates: ArrayLike<number>;
  /** Parameter groups; group ids in the arenas are indices into this list. */
  readonly groups: readonly ParameterGroup[];
  /** Decay of the first and second moments of AdamW. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Corrections of an optimizer other than AdamW. Default: AdamW's. */
  readonly corrections?: Corrections | undefined;
  /**
   * Gradients whose global norm is larger are scaled down to this norm; 0 for no clipping. Default
   * 1.
   */
  readonly maxGradNorm?: number | undefined;
  /** Updates that the ring of records keeps. Default 1024. */
  readonly recordCapacity?: number | undefined;
  /**
   * Row of `learningRates` to start at: the number of updates already applied, when training is
   * resumed. Default 0.
   */
  readonly firstStep?: number | undefined;
  /**
   * Factor of the loss that the gradients belong to: a fixed number, or one that adapts to
   * overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale | undefined;
}
