import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { growthTrackerWord, headerWords, lossScaleWord, recordWords } from './stateLayout.ts';

/** Parameters that are treated alike. */
export interface ParameterGroup {
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Multiplies the scheduled learning rate. Default 1. */
  readonly learningRateFactor?: number;
}

/**
 * A loss scale that finds the largest power that does not overflow: `torch.amp.GradScaler`, whose
 * defaults these are.
 */
export interface DynamicLossScale {
  /** To begin with. Default 65536. */
  readonly initial?: number;
  /** Applied updates in a row after which it grows. Default 2000. */
  readonly growthInterval?: number;
  /** Default 2. */
  readonly growthFactor?: number;
  /** What it is multiplied with after a skipped update. Default 0.5. */
  readonly backoffFactor?: number;
  /** Updates applied in a row so far, when training is resumed. Default 0. */
  readonly growthTracker?: number;
}

export interface OptimizerStateOptions {
  /** Learning rate of each scheduled update, in order. A skipped update does not use its row up. */
  readonly learningRates: ArrayLike<number>;
  /** Group ids in the arenas count in this list. */
  readonly groups: readonly ParameterGroup[];
  /** Decay of the first and second moments. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * Gradients are scaled down to this global norm where theirs is larger; 0 for no clipping.
   * Default 1.
   */
  readonly maxGradNorm?: number;
  /** Updates that the ring of records keeps. Default 1024. */
  readonly recordCapacity?: number;
  /**
   * Row of `learningRates` to begin with: updates already applied, when training is resumed.
   * Default 0.
   */
  readonly firstStep?: number;
  /**
   * Updates that the moments had before row 0 of `learningRates`, when a second schedule goes on
   * with the first one's. Default 0.
   */
  readonly priorUpdates?: number;
  /**
   * The gradients are those of this many times the loss: a fixed number, or one that changes as
   * updates overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale;
}

const kernel = 'createOptimizerState';

/**
 * What an optimizer keeps on the GPU beside the moments: counters, schedule, accumulated loss, and
 * a ring with a record of each update. Made by `createOptimizerState`; ended by `dispose()`.
 */
export class OptimizerState {
  /**
   * f32 `[1]`: the loss of the update under way. Add each micro-batch's loss, or give it to a loss
   * kernel with `accumulate`.
   */
  readonly loss: GpuArray;
  /** f32 `[1]`: what the gradients are divided by; the seed of the backward pass. */
  readonly lossScale: GpuArray;
  /** u32: header and ring, laid out as in stateLayout.ts. */
  readonly words: GpuArray;
  /**
   * f32 `[updates, 4]`: learning rate, step size, root of the second bias correction, 1 / the first
   * bias correction.
   */
  schedule: GpuArray;
  /** f32 `[groups, 2]`: weight decay, learning rate factor. */
  readonly groups: GpuArray;
  /** Learning rates in float64, by row of the schedule. */
  learningRates: Float64Array;
  readonly groupCount: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly maxGradNorm: number;
  readonly recordCapacity: number;
  readonly priorUpdates: number;
  /** How the loss scale changes; with a growth interval of 0 it does not. */
  readonly lossScaling: Readonly<Required<Omit<DynamicLossScale, 'growthTracker'>>>;
  readonly #gpu: Gpu;

  constructor(gpu: Gpu, options: OptimizerStateOptions) {
    const {
      groups,
      betas = [0.9, 0.999],
      epsilon = 1e-8,
      maxGradNorm = 1,
      recordCapacity = 1024,
      firstStep = 0,
      priorUpdates = 0,
      lossScale = 1,
    } = options;
    requireNumber('maxGradNorm', maxGradNorm, maxGradNorm >= 0, 'at least 0; 0 means no clipping');
    requireNumber('epsilon', epsilon, epsilon >= 0, 'at least 0');
    for (const beta of betas) requireNumber('a beta', beta, beta >= 0 && beta < 1, 'at least 0 and below 1');
    requireNumber(
      'recordCapacity',
      recordCapacity,
      Number.isInteger(recordCapacity) && recordCapacity > 0,
      'a whole number above 0',
    );
    requireNumber(
      'firstStep',
      firstStep,
      Number.isInteger(firstStep) && firstStep >= 0,
      'a whole number of at least 0',
    );
    requireNumber(
      'priorUpdates',
      priorUpdates,
      Number.isInteger(priorUpdates) && priorUpdates >= 0,
      'a whole number of at least 0',
    );
    const dynamic = typeof lossScale !== 'number';
    const {
      initial = 65536,
      growthInterval = 2000,
      growthFactor = 2,
      backoffFactor = 0.5,
      growthTracker = 0,
    } = dynamic ? lossScale : { initial: lossScale, growthInterval: 0 };
    requireNumber('lossScale', initial, initial > 0, 'above 0');
    requireNumber(
      'growthInterval',
      growthInterval,
      Number.isInteger(growthInterval) && growthInterval >= (dynamic ? 1 : 0),
      'a whole number above 0',
    );
    requireNumber('growthFactor', growthFactor, growthFactor > 1, 'above 1');
    requireNumber('backoffFactor', backoffFactor, backoffFactor > 0 && backoffFactor < 1, 'above 0 and below 1');
    requireNumber(
      'growthTracker',
      growthTracker,
      Number.isInteger(growthTracker) && growthTracker >= 0,
      'a whole number of at least 0',
    );
    if (options.learningRates.length === 0)
      throw new KernelArgumentError(`${kernel}: learningRates is empty; it needs one for each update`);
    if (groups.length === 0) throw new KernelArgumentError(`${kernel}: groups is empty; it needs at least one`);
    this.#gpu = gpu;
    this.learningRates = Float64Array.from(options.learningRates);
    this.groupCount = groups.length;
    this.betas = betas;
    this.epsilon = epsilon;
    this.maxGradNorm = maxGradNorm;
    this.recordCapacity = recordCapacity;
    this.priorUpdates = priorUpdates;
    this.lossScaling = { initial, growthInterval, growthFactor, backoffFactor };
    this.loss = gpu.allocatePersistent('f32', 1, 'accumulated loss');
    this.lossScale = gpu.allocatePersistent('f32', 1, 'loss scale');
    this.words = gpu.allocatePersistent('u32', headerWords + recordCapacity * recordWords, 'optimizer state');
    this.schedule = gpu.allocatePersistent('f32', this.learningRates.length * 4, 'schedule');
    this.groups = gpu.allocatePersistent('f32', groups.length * 2, 'parameter groups');
    gpu.write(this.lossScale, Float32Array.of(initial));
    gpu.write(this.words, Uint32Array.of(firstStep));
    gpu.write(this.words, Uint32Array.of(growthTracker), growthTrackerWord);
    gpu.write(this.words, new Uint32Array(Float32Array.of(initial).buffer), lossScaleWord);
    this.setGroups(groups);
    this.setLearningRates(this.learningRates, 0);
  }

  /**
   * Changes learning rates from a row of the schedule on, for schedules that react to what training
   * shows. Takes effect for every update that is not yet submitted: submit what is recorded first.
   */
  setLearningRates(learningRates: ArrayLike<number>, firstRow: number): void {
    if (firstRow < 0 || firstRow + learningRates.length > this.learningRates.length) {
      throw new KernelArgumentError(
        `setLearningRates: ${learningRates.length} rows from ${firstRow} lie outside the schedule of ${this.learningRates.length} updates`,
      );
    }
    this.learningRates.set(learningRates as ArrayLike<number> & Iterable<number>, firstRow);
    const rows = new Float32Array(learningRates.length * 4);
    for (let index = 0; index < learningRates.length; index++) {
      const learningRate = learningRates[index] as number;
      requireNumber('a learning rate', learningRate, Number.isFinite(learningRate), 'finite');
      const update = this.priorUpdates + firstRow + index + 1;
      rows[index * 4] = learningRate;
      rows[index * 4 + 1] = learningRate / (1 - this.betas[0] ** update);
      rows[index * 4 + 2] = Math.sqrt(1 - this.betas[1] ** update);
      rows[index * 4 + 3] = 1 / (1 - this.betas[0] ** update);
    }
    this.#gpu.write(this.schedule, rows, firstRow * 4);
  }

  /** Puts a longer schedule in place, whose first rows are those of today's. */
  extendSchedule(learningRates: Float64Array): void {
    const old = this.schedule;
    this.schedule = this.#gpu.allocatePersistent('f32', learningRates.length * 4, 'schedule');
    this.learningRates = learningRates;
    this.setLearningRates(learningRates, 0);
    this.#gpu.release(old);
  }

  /** Changes decay and learning rate factor of every group, for the next update. */
  setGroups(groups: readonly ParameterGroup[]): void {
    if (groups.length !== this.groupCount)
      throw new KernelArgumentError(`setGroups: got ${groups.length} groups; the state has ${this.groupCount}`);
    this.#gpu.write(
      this.groups,
      Float32Array.from(groups.flatMap(({ weightDecay, learningRateFactor = 1 }) => [weightDecay, learningRateFactor])),
    );
  }

  dispose(): void {
    for (const array of [this.loss, this.lossScale, this.words, this.schedule, this.groups]) this.#gpu.release(array);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Makes the state of an optimizer. Learning rates and bias corrections are computed in float64 and
 * rounded to f32 once.
 *
 * @throws KernelArgumentError
 */
export function createOptimizerState(gpu: Gpu, options: OptimizerStateOptions): OptimizerState {
  return new OptimizerState(gpu, options);
}

function requireNumber(name: string, value: number, valid: boolean, expected: string): void {
  if (!valid) throw new KernelArgumentError(`${kernel}: ${name} is ${value}; it must be ${expected}`);
}
