import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { AutogradError } from '../errors.ts';

/** What gradients need to know about the operation that computed a tensor. */
interface GradNode {
  readonly operation: string;
  /** Increases with every operation. */
  readonly number: number;
  readonly preActivation: GpuArray | null;
}

/** What gradients need to know about a tensor. */
export interface GradTensor {
  readonly device: Device;
  readonly size: number;
  readonly array: GpuArray;
  /** The same, even if disposed. */
  readonly memory: GpuArray;
  readonly requiresGrad: boolean;
  /** Whether it keeps its gradient although it is not a leaf. */
  readonly retainsGrad: boolean;
  /** The operation that computed it; null for a leaf. */
  readonly node: GradNode | null;
  /** `GraphNode.next` when its values were last replaced; 0 if they never were. */
  readonly changedAt: number;
  /** Whether hooks are registered for its gradient. */
  readonly hasHooks: boolean;
  ensureGradArray(): GpuArray;
  /** Whether `startGrad` would return memory of an optimizer. */
  readonly startsInPlace: boolean;
  /**
   * Memory for a first gradient: the given array, or new memory of undefined content. Null where
   * the gradient must be added to existing memory.
   */
  startGrad(given?: GpuArray): GpuArray | null;
  /** Calls the hooks with a gradient. @returns the gradient that they returned instead, or null */
  runHooks(gradient: GpuArray): GpuArray | null;
}

/**
 * Whether the gradient is passed on, to an operation or to hooks; else it is accumulated for good.
 */
export const passes = ({ node, hasHooks }: GradTensor): boolean => node !== null || hasHooks;

/**
 * Checks that an input still has the values that an operation read.
 *
 * @param number of the operation
 * @throws AutogradError if the values were replaced
 */
export function requireUnchanged(operation: string, { changedAt }: GradTensor, number: number): void {
  if (changedAt > number)
    throw new AutogradError(
      `backward(): ${operation} reads values that have changed since: a parameter by step() of an optimizer or by setData(), or a gradient by another backward(). Compute the loss again, or call backward() before.`,
    );
}
