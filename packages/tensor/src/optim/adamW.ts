import { accumulateLoss, createOptimizerState, optimizerUpdate, readOptimizerState } from '@attune/kernels';
import type { ArenaSegment, DynamicLossScale, GpuArray, OptimizerState, UpdateRecord } from '@attune/kernels';
import type { Device } from '../device.ts';
import { StateDictError, TensorError } from '../errors.ts';
import type { StateDict } from '../nn/module.ts';
import type { Parameter } from '../nn/parameter.ts';
import { formatShape, shapesEqual } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import type { Optimizer, ScalerState } from './optimizer.ts';
import { ParameterArena } from './parameterArena.ts';

/** Updates whose records are kept on the GPU until they are read. */
const recordCapacity = 256;

/** Parameters that are treated alike. */
export interface ParameterGroup {
  /** With their names, as `module.namedParameters()` gives them. Frozen ones are left out. */
  readonly parameters: Iterable<readonly [name: string, parameter: Parameter]>;
  /** Decoupled weight decay. Default 0. */
  readonly weightDecay?: number;
  /** Multiplies the learning rate. Default 1. */
  readonly learningRateFactor?: number;
}

export interface AdamWOptions {
  readonly groups: readonly ParameterGroup[];
  /** The learning rate of every update of the run, in order. */
  readonly learningRates: Float64Array;
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Gradients with a larger global norm are scaled down to it; 0 for no clipping. Default 0. */
  readonly maxGradNorm?: number;
  /** Updates that were applied before, when a run is resumed. Default 0. */
  readonly firstStep?: number;
  /**
   * Keep an f16 copy of every weight that matrix products read, for `autocast`. The weights
   * themselves, gradients and moments stay in f32. Default false.
   */
  readonly fp16?: boolean;
  /**
   * What the loss is multiplied with, so that f16 gradients do not vanish. A dynamic one halves
   * when they overflow. Default 1.
   */
  readonly lossScale?: number | DynamicLossScale;
  readonly device: Device;
}

/**
 * AdamW with decoupled weight decay, learning rate schedule and clipping by global norm, all on the
 * GPU: a handful of dispatches, whatever the number of parameters. An update whose gradients are
 * not finite is skipped.
 *
 * While the optimizer lives it holds the memory of its parameters; `dispose()` (or `using`) gives
 * each its own again and lets gradients and moments go.
 *
 * Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019; `torch.optim.AdamW`,
 * `torch.nn.utils.clip_grad_norm_`.
 */
export class AdamW implements Optimizer {
  /** What the backward pass of a loss begins with: `loss.backward(optimizer.lossScale)`. */
  readonly lossScale: number | Tensor;
  readonly device: Device;
  readonly #arena: ParameterArena;
  readonly #state: OptimizerState;
  #lastRead = 0;
  #disposed = false;

  /** @throws TensorError when no parameter is left to train, or one stands in two groups */
  constructor({
    groups,
    learningRates,
    betas = [0.9, 0.999],
    epsilon = 1e-8,
    maxGradNorm = 0,
    firstStep = 0,
    device,
    ...precision
  }: AdamWOptions) {
    const items = groups.flatMap(({ parameters }, group) =>
      [...parameters]
        .filter(([, parameter]) => parameter.requiresGrad)
        .map(([name, parameter]) => ({ name, parameter, group })),
    );
    if (items.length === 0)
      throw new TensorError('AdamW: there is no parameter to train: all are frozen, or none was given');
    if (new Set(items.map(({ parameter }) => parameter)).size !== items.length)
      throw new TensorError('AdamW: a parameter stands in two places of the groups');
    this.device = device;
    this.#state = createOptimizerState(device, {
      learningRates,
      groups: groups.map(({ weightDecay = 0, learningRateFactor = 1 }) => ({ weightDecay, learningRateFactor })),
      betas,
      epsilon,
      maxGradNorm,
      recordCapacity,
      firstStep,
      ...(precision.lossScale !== undefined && { lossScale: precision.lossScale }),
    });
    this.#arena = new ParameterArena(device, items, precision);
    // A fixed scale of 1 need not be multiplied with.
    this.lossScale =
      precision.lossScale === undefined || precision.lossScale === 1
        ? 1
        : new Tensor({ array: this.#state.lossScale, shape: [], device });
  }

  /** Records: all gradients become zero. */
  zeroGrad(): void {
    for (const { gradients } of this.#arena.segments) this.device.clear(gradients);
  }

  /**
   * Records: adds a micro-batch's loss to the loss of the update under way, which its record tells.
   */
  recordLoss(loss: Tensor): void {
    accumulateLoss(this.device, { state: this.#state, loss: loss.array });
  }

  /**
   * Records the update and submits everything recorded so far, before it returns.
   *
   * @returns for those who await it: ends when the GPU is no more than one update behind
   */
  step(): Promise<void> {
    optimizerUpdate(this.device, { state: this.#state, segments: this.#arena.segments });
    this.device.flush();
    return Promise.resolve();
  }

  /**
   * The records of all updates submitted so far that no call has told before, oldest first. Waits
   * until those updates have run. Call it at least once in 256 updates; older records are
   * overwritten.
   */
  async records(): Promise<UpdateRecord[]> {
    const { records } = await readOptimizerState(this.device, this.#state, this.#lastRead);
    const news = records.filter(({ update }) => update > this.#lastRead);
    this.#lastRead = news.at(-1)?.update ?? this.#lastRead;
    return news;
  }

  /**
   * The dynamic loss scale as it stands after everything submitted, for a checkpoint. Waits for the
   * GPU.
   */
  async scalerState(): Promise<ScalerState> {
    const { lossScale: scale, growthTracker } = await readOptimizerState(this.device, this.#state, this.#lastRead);
    return { scale, growthTracker };
  }

  /** Moments by parameter name: `exp_avg.<name>`, `exp_avg_sq.<name>`. */
  async stateDict(): Promise<StateDict> {
    const entries: StateDict = new Map();
    for (const [segment, arrays] of this.#arena.segments.entries()) {
      for (const [prefix, array] of momentsOf(arrays)) {
        const values = (await this.device.read(array)) as Float32Array;
        for (const { name, parameter, segment: own, offset } of this.#arena.places) {
          if (own === segment)
            entries.set(`${prefix}.${name}`, {
              dtype: 'f32',
              shape: parameter.shape,
              data: values.slice(offset, offset + parameter.size),
            });
        }
      }
    }
    return entries;
  }

  /**
   * Puts moments in place that `stateDict` gave.
   *
   * @throws StateDictError when one is missing or has another shape
   */
  loadStateDict(entries: Iterable<readonly [string, { readonly shape: Shape; readonly data: Float32Array }]>): void {
    const given = new Map(entries);
    this.device.flush();
    for (const { name, parameter, segment, offset } of this.#arena.places) {
      for (const [prefix, array] of momentsOf(this.#arena.segments[segment] as ArenaSegment)) {
        const entry = given.get(`${prefix}.${name}`);
        if (!entry) throw new StateDictError(`the optimizer state has no ${prefix}.${name}`);
        if (!shapesEqual(entry.shape, parameter.shape)) {
          throw new StateDictError(
            `the optimizer state ${prefix}.${name} has the shape ${formatShape(entry.shape)}; the parameter's is ${formatShape(parameter.shape)}`,
          );
        }
        this.device.write(array, entry.data, offset);
      }
    }
  }

  /** Gives the parameters memory of their own again, and that of gradients and moments back. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // With the device everything on it is gone already.
    if (this.device.failed) return;
    this.#arena.dispose();
    this.#state.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function momentsOf({
  expAvg,
  expAvgSq,
}: {
  readonly expAvg: GpuArray;
  readonly expAvgSq: GpuArray;
}): readonly (readonly [string, GpuArray])[] {
  return [
    ['exp_avg', expAvg],
    ['exp_avg_sq', expAvgSq],
  ];
}
