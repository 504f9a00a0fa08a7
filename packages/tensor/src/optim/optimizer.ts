import type { UpdateRecord } from '@attune/kernels/internal';
import type { Device } from '../device.ts';
import type { StateDict } from '../nn/module/module.ts';
import type { LoadedEntry } from '../nn/module/stateEntries.ts';
import type { Tensor } from '../tensor.ts';
import type { ParamGroup } from './paramGroup.ts';

/** State of a dynamic loss scale. */
export interface ScalerState {
  /** Factor of losses. */
  readonly scale: number;
  /** Consecutive applied updates since the scale changed. */
  readonly growthTracker: number;
}

/** The interface of optimizers, such as `AdamW`, that training loops and the Trainer need. */
export interface Optimizer {
  /** Device of weights and gradients. */
  readonly device: Device;
  /** Scale of the loss in the backward pass: `loss.backward(optimizer.lossScale)`. */
  readonly lossScale: number | Tensor;
  /** Groups of parameters, whose rates may be changed between steps. */
  readonly paramGroups: readonly ParamGroup[];
  /** Clears all gradients. */
  zeroGrad(): void;
  /**
   * Records the addition of a micro-batch's loss to the loss of the current update, which goes to
   * the update's record.
   */
  recordLoss(loss: Tensor): void;
  /**
   * Records the update and submits everything recorded so far, before it returns.
   *
   * @returns a promise that resolves when the GPU is at most one update behind
   */
  step(): Promise<void>;
  /**
   * The records of all submitted updates that no earlier call returned, oldest first. Waits until
   * those updates have run.
   */
  records(): Promise<UpdateRecord[]>;
  /** The loss scale after everything submitted, for a checkpoint. Waits for the GPU. */
  scalerState(): Promise<ScalerState>;
  /** Loads a result of `scalerState`; does nothing where the loss scale is fixed. */
  loadScalerState(state: ScalerState): void;
  /** The state of the optimizer, by name, for a checkpoint. */
  stateDict(): Promise<StateDict>;
  /**
   * Loads a result of `stateDict`.
   *
   * @throws StateDictError when something is missing or has another shape
   */
  loadStateDict(entries: Iterable<readonly [string, LoadedEntry]>): void;
  /** Releases all memory except that of the weights. */
  dispose(): void;
  [Symbol.dispose](): void;
}
