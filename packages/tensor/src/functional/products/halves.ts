import { cast } from '@attune/kernels';
import { joinContiguous, roundsOperands } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import { allocateResult } from '../../autograd/operation.ts';
import type { Device } from '../../device.ts';
import { Parameter } from '../../nn/parameter/parameter.ts';
import { asMatrix, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';

/**
 * What `linear` reads in f16 under `autocast`, which brings this: pages without it need none of it.
 */
export const halves = { ofWeights, hold, ofInput, emptyFor, lend };

export type Halves = typeof halves;

/** The f16 copies of weights; null where one has none, or they do not lie side by side. */
function ofWeights(weights: readonly Tensor[]): GpuArray | null {
  const copies = weights.map((weight) => (weight instanceof Parameter ? weight.fp16Array : null));
  return copies.includes(null) ? null : joinContiguous(copies as GpuArray[]);
}

/** Keeps the f16 copies of weights, which lie in one memory, for a backward pass. */
function hold([first]: readonly Tensor[]): (() => void) | undefined {
  return first instanceof Parameter ? first.holdHalf() : undefined;
}

/** Inputs whose f16 copies are read in their stead. */
const copied = new WeakSet<Tensor>();

/** What kernels wrote in f16 beside their results, for the linear layer that reads these first. */
const lent = new WeakMap<Tensor, GpuArray>();

/**
 * An f32 input in f16, where the products of forward and weight gradients with these weights round
 * it tile by tile: lent, or converted once, it is half the bytes to read. Null elsewhere.
 */
function ofInput(input: Tensor, weights: GpuArray, outputs: number): GpuArray | null {
  const half = takenFrom(input) ?? copyOf(input, weights, outputs);
  if (half) copied.add(input);
  return half;
}

/**
 * That of an input, which is now the caller's; null where there is none, or its scope has ended.
 */
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

/** Memory for an input of this shape in f16, where products with these weights round it to that. */
function empty(device: Device, shape: Shape, weights: GpuArray, outputs: number): GpuArray | null {
  const { rows, columns } = asMatrix(shape);
  const forward = { a: weights, b: weights, m: rows, n: outputs, k: columns, layout: 'NT' } as const;
  const backward = { a: weights, b: weights, m: outputs, n: columns, k: rows, layout: 'TN' } as const;
  if (!roundsOperands(device, forward) || !roundsOperands(device, backward)) return null;
  return allocateResult(device, 'f16', [rows, columns], 'input of linear in f16');
}

/**
 * Memory for a result in f16, where linear layers of these weights would make a copy of it: for the
 * kernel that computes the result, and then for `lend`.
 */
function emptyFor(device: Device, shape: Shape, readBy: readonly Tensor[]): GpuArray | null {
  const weights = readBy.length > 0 ? ofWeights(readBy) : null;
  const outputs = readBy.reduce((sum, weight) => sum + (weight.shape[0] ?? 1), 0);
  return weights && empty(device, shape, weights, outputs);
}

/** Says where a result lies in f16 too. */
function lend(result: Tensor, half: GpuArray): void {
  lent.set(result, half);
}

/**
 * Gives the memory of an input back if products read an f16 copy of it: for callers who alone can
 * reach it, once the last kernel of the forward pass that reads it is recorded.
 */
export function letGoOfCopied(input: Tensor): void {
  if (copied.has(input)) input.dispose();
}
