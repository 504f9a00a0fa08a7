import type { ElementType, GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { bucketRows, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { isGradEnabled } from './gradMode.ts';
import { GraphNode } from './tape.ts';
import type { Gradients } from './tape.ts';

/** Whether the operation must keep what its backward pass reads. */
export function needsGraph(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((input) => input.requiresGrad);
}

/**
 * Memory for a result; its rows are rounded up, so that the next batch, a little longer or shorter,
 * finds it in the pool.
 */
export function allocateResult(device: Device, dtype: ElementType, shape: Shape, label: string): GpuArray {
  const [rows = 1, ...rest] = shape;
  const length = shape.length < 2 ? Math.max(1, sizeOf(shape)) : bucketRows(rows) * sizeOf(rest);
  return device.allocate(dtype, length, label);
}

export interface OperationResult {
  readonly operation: string;
  readonly inputs: readonly Tensor[];
  readonly array: GpuArray;
  readonly shape: Shape;
  /** Records the kernels that turn the gradient of the result into those of the inputs. */
  readonly backward: (gradients: Gradients) => void;
}

/** The result of an operation, with its place on the tape when a gradient can flow back. */
export function operationResult({ operation, inputs, array, shape, backward }: OperationResult): Tensor {
  const [first] = inputs;
  if (!first) throw new TensorError(`${operation}: an operation needs an input`);
  const graph = needsGraph(inputs);
  return new Tensor({
    array,
    shape,
    device: first.device,
    requiresGrad: graph,
    node: graph ? new GraphNode(operation, inputs, backward) : null,
  });
}
