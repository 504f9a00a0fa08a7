import { cast } from '@attune/kernels';
import { joinContiguous, roundsOperands } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import { allocateResult } from '../../autograd/operation.ts';
import type { Device } from '../../device.ts';
import { Parameter } from '../../nn/parameter/parameter.ts';
import { asMatrix, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';

/** The f16 operands of `linear` under `autocast`, which loads this module. */
export const halves = { ofWeights, hold, ofInput, emptyFor, lend };

export type Halves = typeof halves;

/** The f16 copies of weights; null where one has none, or they are not contiguous. */
function ofWeights(weights: readonly Tensor[]): GpuArray | null {
  const copies = weights.map((weight) => (weight instanceof Parameter ? weight.fp16Array : null));
  return copies.includes(null) ? null : joinContiguous(copies as GpuArray[]);
}

/** Retains the f16 copies of weights, which share one memory, for a backward pass. */
function hold([first]: readonly Tensor[]): (() => void) | undefined {
  return first instanceof Parameter ? first.holdHalf() : undefined;
}

/** Inputs that products read through an f16 copy. */
const copied = new WeakSet<Tensor>();

/**
 * f16 copies that kernels wrote beside their results, for the linear layer that reads them next.
 */
const lent = new WeakMap<Tensor, GpuArray>();

/**
 * An f16 copy of an f32 input, where the products of the forward and of the weight gradients would
 * round it to f16 in every tile. A copy, lent or converted once, halves the bytes to read. Null
 * elsewhere.
 */
function ofInput(input: Tensor, weights: GpuArray, outputs: number): GpuArray | null {
  const half = takenFrom(input) ?? copyOf(input, weights, outputs);
  if (half) copied.add(input);
  return half;
}

/** Takes the lent copy of an input; null where there is none, or its scope has ended. */
function takenFrom(input: Tensor): GpuArray | null {
  const half = lent.get(input);
  lent.delete(input);
  return half && !half.released ? half : null;
}

function copyOf({ array, shape, device }: Tensor, weights: GpuArray, outputs: number): GpuArray | null {
  const copy = array.elementType === 'f32' ? empty(device, shape, weights, outputs) : null;
  if (copy) cast(device, { input: array, output: copy, length: sizeOf(shape) });
  return copy;
}

/** Memory for an f16 copy of an input of this shape, where products with these weights round it. */
function empty(device: Device, shape: Shape, weights: GpuArray, outputs: number): GpuArray | null {
  const { rows, columns } = asMatrix(shape);
  const forward = { a: weights, b: weights, m: rows, n: outputs, k: columns, layout: 'NT' } as const;
  const backward = { a: weights, b: weights, m: outputs, n: columns, k: rows, layout: 'TN' } as const;
  if (!roundsOperands(device, forward) || !roundsOperands(device, backward)) return null;
  return allocateResult(device, 'f16', [rows, columns], 'input of linear in f16');
}

/**
 * Memory for an f16 copy of a result, where linear layers with these weights would make one. The
 * kernel that computes the result fills it, and `lend` passes it on.
 */
function emptyFor(device: Device, shape: Shape, readBy: readonly Tensor[]): GpuArray | null {
  const weights = readBy.length > 0 ? ofWeights(readBy) : null;
  const outputs = readBy.reduce((sum, weight) => sum + (weight.shape[0] ?? 1), 0);
  return weights && empty(device, shape, weights, outputs);
}

/** Registers the f16 copy of a result. */
function lend(result: Tensor, half: GpuArray): void {
  lent.set(result, half);
}

/**
 * Releases an input if products read an f16 copy of it. For callers that hold the only reference,
 * once the last kernel of the forward pass that reads it is recorded.
 */
export function releaseCopied(input: Tensor): void {
  if (copied.has(input)) input.dispose();
}
