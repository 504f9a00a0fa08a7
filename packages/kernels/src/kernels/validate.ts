import {
  anyNumber,
  anyWholeNumber,
  arrayOf,
  flag,
  fraction,
  instanceOf,
  object,
  oneOf,
  oneOfKinds,
  optional,
  requireArgument,
  requireOptions,
  wholeNumber,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import { GpuArray } from '../memory/gpuArray.ts';
import type { ElementType } from '../memory/gpuArray.ts';
import type { Arrays } from '../wgsl/elementAccess.ts';

export const floatTypes: readonly ElementType[] = ['f32', 'f16'];
export const singleTypes: readonly ElementType[] = ['f32'];
export const indexTypes: readonly ElementType[] = ['u32'];
export const anyTypes: readonly ElementType[] = ['f32', 'f16', 'i32', 'u32'];

/** Named extents of an array, outermost first: `{ rows: 4, columns: 8 }`. */
export type Shape = Readonly<Record<string, number>>;

/** What each option of a kernel must be. */
export type KindsOf<Options> = { readonly [Name in keyof Required<Options>]: Kind };

export const anArray = instanceOf(GpuArray, 'a GpuArray, as gpu.allocate() and gpu.upload() make them');
export const maybeArray = optional(anArray);
/** Whatever counts: rows, elements, …, as far as 32 bits go. */
export const anExtent = wholeNumber(0, 0xffffffff);
export const maybeFlag = optional(flag);
export const maybeNumber = optional(anyNumber);
export const manyArrays = arrayOf(anArray, 'GpuArrays');
/** What repeats for all elements is a number. */
export const anOperand = oneOfKinds('a GpuArray or a number', anArray, anyNumber);
/** What is checked where it is used. */
export const maybeObject = optional(object);

export const maybeWholeNumber = optional(anyWholeNumber);
export const maybeFraction = optional(fraction);
/** One of these names, or none. */
export const maybeOneOf = /* @__NO_SIDE_EFFECTS__ */ (names: readonly string[]): Kind => optional(oneOf(...names));
/** A member of a family, or one of others beside it. */
export const memberOf = /* @__NO_SIDE_EFFECTS__ */ (family: object, ...others: readonly string[]): Kind =>
  oneOf(...Object.keys(family), ...others);

const advice = { error: KernelArgumentError };

/**
 * Checks every option of a kernel by its name: none that is unknown, each of its kind.
 *
 * @throws KernelArgumentError
 */
export function requireKernelOptions(kernel: string, options: object, kinds: OptionKinds): void {
  requireOptions(kernel, options, kinds, advice);
}

/** @throws KernelArgumentError where one is no extent */
export function requireExtents(kernel: string, extents: Shape): void {
  for (const name in extents) requireArgument(kernel, name, extents[name], anExtent, KernelArgumentError);
}

/**
 * The array must hold one of these types, and at least as many elements as the shape; it may be
 * longer.
 */
export function requireArray(
  kernel: string,
  name: string,
  array: GpuArray,
  shape: Shape,
  types: readonly ElementType[],
): void {
  if (!(array instanceof GpuArray)) requireArgument(kernel, name, array, anArray, KernelArgumentError);
  let needed = 1;
  for (const extent in shape) needed *= shape[extent] as number;
  if (!types.includes(array.elementType)) {
    throw new KernelArgumentError(
      `${kernel}: ${name} (${array.label}) holds ${array.elementType}; it must hold ${types.join(' or ')}`,
    );
  }
  if (array.length < needed) {
    const words = Object.entries(shape).map(([extent, size]) => `${extent} ${size}`);
    throw new KernelArgumentError(
      `${kernel}: ${name} (${array.label}) has ${array.length} elements; [${words.join(', ')}] needs ${needed}`,
    );
  }
}

/**
 * WebGPU lets no dispatch read and write one buffer, nor write the same bytes through two bindings.
 * Separate ranges of one buffer may all be written: that is how gradients lie in an arena.
 */
export function requireSeparate(kernel: string, reads: readonly GpuArray[], writes: readonly GpuArray[]): void {
  for (let index = 0; index < writes.length; index++) {
    const written = writes[index] as GpuArray;
    for (const read of reads) if (read.storage === written.storage) throw sharedMemory(kernel, written, read);
    for (let later = index + 1; later < writes.length; later++) {
      const other = writes[later] as GpuArray;
      if (overlap(other, written)) throw sharedMemory(kernel, written, other);
    }
  }
}

function sharedMemory(kernel: string, written: GpuArray, other: GpuArray): KernelArgumentError {
  return new KernelArgumentError(
    `${kernel}: ${written.label} is written and shares memory with ${other.label}; it must lie in another buffer`,
  );
}

function overlap(a: GpuArray, b: GpuArray): boolean {
  return (
    a.storage === b.storage &&
    a.byteOffset < b.byteOffset + b.bindingSize &&
    b.byteOffset < a.byteOffset + a.bindingSize
  );
}

/** The arrays of a dispatch in the order of their bindings. */
export function presentArrays(arrays: Arrays): GpuArray[] {
  const present: GpuArray[] = [];
  for (const name in arrays) {
    const array = arrays[name];
    if (array) present.push(array);
  }
  return present;
}
