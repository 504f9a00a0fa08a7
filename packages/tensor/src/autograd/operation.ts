import type { ElementType, GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import type { DType } from '../dtypes.ts';
import { bucketRows, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { isGradEnabled, currentPostponed } from './gradMode.ts';
import { currentGroup } from './resultGroup.ts';
import { GraphNode } from './tape.ts';
import type { Gradients } from './gradients.ts';

/** Whether the operation must keep the arrays that its backward pass reads. */
export function needsGraph(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((input) => input.requiresGrad);
}

/**
 * Memory for a result. Rows are rounded up, so that the next batch, slightly longer or shorter, can
 * reuse it from the pool.
 */
export function allocateResult(device: Device, dtype: ElementType, shape: Shape, label: string): GpuArray {
  const [rows = 1, ...rest] = shape;
  const exact = Math.max(1, sizeOf(shape));
  const rounded = shape.length < 2 ? exact : bucketRows(rows) * sizeOf(rest);
  const bytes = rounded * (dtype === 'f16' ? 2 : 4);
  // Of few long rows most would stay empty; and only what is rounded may be too much for an array.
  const isTooMuch = (bytes > 2 ** 24 && rounded > 4 * exact) || bytes > device.info.limits.maxStorageBufferBindingSize;
  return device.allocate(dtype, isTooMuch ? exact : rounded, label);
}

export interface OperationResult {
  readonly operation: string;
  readonly inputs: readonly [Tensor, ...Tensor[]];
  /** Array that the forward kernels write the result to. */
  readonly array: GpuArray;
  readonly shape: Shape;
  /**
   * Arrays that only the backward pass reads. They are released when it has run, or at once where
   * no gradient can flow.
   */
  readonly saved?: readonly (GpuArray | null | undefined)[] | undefined;
  /**
   * Retains shared arrays for the backward pass; called where a gradient can flow. The function it
   * returns is called when the backward pass has run.
   */
  readonly hold?: (() => (() => void) | undefined) | undefined;
  /** Whether the result lies in the memory of the first input. Default false. */
  readonly isView?: boolean | undefined;
  /** Whether `backward` reads the result, which may go before it runs otherwise. Default true. */
  readonly readsResult?: boolean | undefined;
  /**
   * Whether the elements are those of the first input, and so true and false where it is of bool.
   */
  readonly keepsType?: boolean | undefined;
  /**
   * The input of the GELU that ends the operation, where `backward` also accepts the gradient
   * before it: `gradients.beforeActivation`.
   */
  readonly preActivation?: GpuArray | null | undefined;
  /** Records the kernels that turn the gradient of the result into those of the inputs. */
  readonly backward: (gradients: Gradients) => void;
}

/**
 * Makes the result of an operation whose forward kernels are recorded, and puts the operation on
 * the tape when a gradient can flow. Every operation ends with this call.
 */
export function operationResult<D extends DType = DType>(result: OperationResult): Tensor<D> {
  const {
    operation,
    inputs,
    array,
    shape,
    saved = [],
    hold,
    isView = false,
    keepsType = isView,
    readsResult,
    preActivation,
    backward,
  } = result;
  const [first] = inputs;
  const requiresGrad = needsGraph(inputs);
  const postponed = requiresGrad ? currentPostponed() : null;
  const graph = requiresGrad && !postponed;
  if (!graph) for (const unread of saved) if (unread) first.device.release(unread);
  const letGo = requiresGrad ? hold?.() : undefined;
  const group = currentGroup();
  const tensor = new Tensor<D>({
    array,
    shape,
    device: first.device,
    requiresGrad,
    isBool: keepsType && first.dtype === 'bool',
    node: graph
      ? new GraphNode({ operation, inputs, saved, letGo, isView, readsResult, preActivation, backward, group })
      : null,
    ...(isView && { sharing: first }),
  });
  if (isView) group?.addView(tensor);
  if (postponed) {
    for (const input of inputs) if (input.node && input.requiresGrad) postponed.inputs.add(input);
    postponed.results.add(tensor);
    if (letGo) postponed.held.push(letGo);
  }
  return tensor;
}
