import {
  anyNumber,
  anyWholeNumber,
  arrayOf,
  flag,
  fraction,
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

export const anArray: Kind = {
  what: 'a GpuArray, as gpu.allocate() and gpu.upload() make them',
  // Not `instanceOf`: a class that the engine knows at compile time is checked faster.
  holds: (value) => value instanceof GpuArray,
};
export const maybeArray = optional(anArray);
/** A count: rows, elements, …, up to 32 bits. */
export const anExtent = wholeNumber(0, 0xffffffff);
export const maybeFlag = optional(flag);
export const maybeNumber = optional(anyNumber);
export const manyArrays = arrayOf(anArray, 'GpuArrays');
/** An operand; a plain number is broadcast. */
export const anOperand = oneOfKinds('a GpuArray or a number', anArray, anyNumber);
/** An object whose members are checked where they are used. */
export const maybeObject = optional(object);

export const maybeWholeNumber = optional(anyWholeNumber);
export const maybeFraction = optional(fraction);
/** One of these names, or none. */
export const maybeOneOf = /* @__NO_SIDE_EFFECTS__ */ (names: readonly string[]): Kind => optional(oneOf(...names));
/** The name of a member of a family, or one of some others. */
export const memberOf = /* @__NO_SIDE_EFFECTS__ */ (family: object, ...others: readonly string[]): Kind =>
  oneOf(...Object.keys(family), ...others);

const advice = { error: KernelArgumentError };

/**
 * Checks the options of a kernel: no unknown names, and every value of its kind.
 *
 * @throws KernelArgumentError
 */
export function requireKernelOptions(kernel: string, options: object, kinds: OptionKinds): void {
  requireOptions(kernel, options, kinds, advice);
}

/** @throws KernelArgumentError where a value is not an extent */
export function requireExtents(kernel: string, extents: Shape): void {
  for (const name in extents) requireArgument(kernel, name, extents[name], anExtent, KernelArgumentError);
}

/**
 * Checks that an array has one of these types and at least as many elements as the shape.
 *
 * @throws KernelArgumentError
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
 * Checks that no array is read and written in one buffer, and that no bytes are written through two
 * bindings, as WebGPU requires. Separate ranges of one buffer may all be written: gradients lie in
 * an arena that way.
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
    `${kernel}: ${written.label} is written and shares memory with ${other.label}; it must be in another buffer`,
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
