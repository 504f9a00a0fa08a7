import type { UpdateRecord } from '@attune/kernels/internal';
import type { Device } from '../device.ts';
import type { StateDict } from '../nn/module/module.ts';
import type { LoadedEntry } from '../nn/module/stateEntries.ts';
import type { Tensor } from '../tensor.ts';
import type { ParamGroup } from './paramGroup.ts';

/** How a dynamic loss scale stands. */
export interface ScalerState {
  /** What losses are multiplied with. */
  readonly scale: number;
  /** Updates applied in a row since the scale changed. */
  readonly growthTracker: number;
}

/**
 * What changes weights by their gradients. `AdamW` is one; a loop, or the Trainer, needs no more
 * than this of any other.
 */
export interface Optimizer {
  /** Where weights and gradients lie. */
  readonly device: Device;
  /** What the backward pass of a loss begins with: `loss.backward(optimizer.lossScale)`. */
  readonly lossScale: number | Tensor;
  /** Parameters that are treated alike, with rates that may be changed between steps. */
  readonly paramGroups: readonly ParamGroup[];
  /** Records: all gradients become zero. */
  zeroGrad(): void;
  /**
   * Records: adds a micro-batch's loss to the loss of the update under way, which its record tells.
   */
  recordLoss(loss: Tensor): void;
  /**
   * Records the update and submits everything recorded so far, before it returns.
   *
   * @returns for those who await it: ends when the GPU is no more than one update behind
   */
  step(): Promise<void>;
  /**
   * The records of all updates submitted so far that no call has told before, oldest first. Waits
   * until those updates have run.
   */
  records(): Promise<UpdateRecord[]>;
  /** The loss scale after everything submitted, for a checkpoint. Waits for the GPU. */
  scalerState(): Promise<ScalerState>;
  /** Puts in place what `scalerState` gave; does nothing where the loss scale is fixed. */
  loadScalerState(state: ScalerState): void;
  /** What the optimizer keeps beside the weights, by name, for a checkpoint. */
  stateDict(): Promise<StateDict>;
  /**
   * Puts in place what `stateDict` gave.
   *
   * @throws StateDictError when something is missing or has another shape
   */
  loadStateDict(entries: Iterable<readonly [string, LoadedEntry]>): void;
  /** Gives all memory back but that of the weights. */
  dispose(): void;
  [Symbol.dispose](): void;
}
