import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import type { Corrections, DynamicLossScale, OptimizerStateOptions, ParameterGroup } from '../options.ts';
import { growthTrackerWord, headerWords, lossScaleWord, recordWords } from './stateLayout.ts';

/**
 * What an optimizer keeps on the GPU besides the moments: counters, schedule, accumulated loss, and
 * a ring with a record of each update. Made by `createOptimizerState`; freed by `dispose()`.
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
   * f32 `[updates, 4]`: learning rate, step size, correction, 1 / divisor of the learning rate; of
   * AdamW the correction is the root of the second bias correction, the divisor the first.
   */
  schedule: GpuArray;
  /** f32 `[groups, 2]`: weight decay, learning rate factor. */
  readonly groups: GpuArray;
  /** Learning rates in float64, by row of the schedule. */
  learningRates: Float64Array;
  readonly groupCount: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Maximum gradient norm of the next update. */
  maxGradNorm: number;
  readonly recordCapacity: number;
  /** How the loss scale changes; with a growth interval of 0 it does not. */
  readonly lossScaling: Readonly<Required<Omit<DynamicLossScale, 'growthTracker'>>>;
  readonly #gpu: Gpu;
  readonly #corrections: Corrections;

  constructor(gpu: Gpu, options: OptimizerStateOptions) {
    const { groups, betas = [0.9, 0.999], epsilon = 1e-8, maxGradNorm = 1 } = options;
    const { recordCapacity = 1024, firstStep = 0, lossScale = 1 } = options;
    const {
      initial = 65536,
      // A fixed scale never grows.
      growthInterval = 2000,
      growthFactor = 2,
      backoffFactor = 0.5,
      growthTracker = 0,
    } = typeof lossScale === 'number' ? { initial: lossScale, growthInterval: 0 } : lossScale;
    this.#gpu = gpu;
    const [beta1, beta2] = betas;
    this.#corrections =
      options.corrections ??
      ((update) => ({ divisor: 1 - beta1 ** update, correction: Math.sqrt(1 - beta2 ** update) }));
    this.learningRates = Float64Array.from(options.learningRates);
    this.groupCount = groups.length;
    this.betas = betas;
    this.epsilon = epsilon;
    this.maxGradNorm = maxGradNorm;
    this.recordCapacity = recordCapacity;
    this.lossScaling = { initial, growthInterval, growthFactor, backoffFactor };
    this.loss = gpu.allocatePersistent('f32', 1, 'accumulated loss');
    this.lossScale = gpu.allocatePersistent('f32', 1, 'loss scale');
    this.words = gpu.allocatePersistent('u32', headerWords + recordCapacity * recordWords, 'optimizer state');
    this.schedule = gpu.allocatePersistent('f32', this.learningRates.length * 4, 'schedule');
    this.groups = gpu.allocatePersistent('f32', groups.length * 2, 'parameter groups');
    gpu.write(this.words, Uint32Array.of(firstStep));
    this.setScaler({ scale: initial, growthTracker });
    this.setGroups(groups);
    this.setLearningRates(this.learningRates, 0);
  }

  /**
   * Changes learning rates from a row of the schedule on, for schedules that react to what training
   * shows. Takes effect for every update that is not yet submitted: submit what is recorded first.
   */
  setLearningRates(learningRates: ArrayLike<number>, firstRow: number): void {
    this.learningRates.set(learningRates as ArrayLike<number> & Iterable<number>, firstRow);
    const rows = new Float32Array(learningRates.length * 4);
    for (let index = 0; index < learningRates.length; index++) {
      const learningRate = learningRates[index] as number;
      const { divisor, correction } = this.#corrections(firstRow + index + 1);
      rows[index * 4] = learningRate;
      rows[index * 4 + 1] = learningRate / divisor;
      rows[index * 4 + 2] = correction;
      rows[index * 4 + 3] = 1 / divisor;
    }
    this.#gpu.write(this.schedule, rows, firstRow * 4);
  }

  /** Sets the loss scale of the next update: submit what is recorded first. */
  setScaler({ scale, growthTracker }: { readonly scale: number; readonly growthTracker: number }): void {
    const value = Float32Array.of(scale);
    this.#gpu.write(this.lossScale, value);
    this.#gpu.write(this.words, Uint32Array.of(growthTracker), growthTrackerWord);
    this.#gpu.write(this.words, new Uint32Array(value.buffer), lossScaleWord);
  }

  /** Replaces the schedule by a longer one with the same first rows. */
  extendSchedule(learningRates: Float64Array): void {
    const old = this.schedule;
    this.schedule = this.#gpu.allocatePersistent('f32', learningRates.length * 4, 'schedule');
    this.learningRates = learningRates;
    this.setLearningRates(learningRates, 0);
    this.#gpu.release(old);
  }

  /** Changes weight decay and learning rate factor of every group, from the next update on. */
  setGroups(groups: readonly ParameterGroup[]): void {
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
 */
export function createOptimizerState(gpu: Gpu, options: OptimizerStateOptions): OptimizerState {
  return new OptimizerState(gpu, options);
}
