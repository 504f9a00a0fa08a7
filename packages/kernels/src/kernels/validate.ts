import { KernelArgumentError } from '../errors.ts';
import type { ElementType, GpuArray } from '../memory/gpuArray.ts';
import type { Arrays } from '../wgsl/elementAccess.ts';

export const floatTypes: readonly ElementType[] = ['f32', 'f16'];
export const singleTypes: readonly ElementType[] = ['f32'];
export const indexTypes: readonly ElementType[] = ['u32'];
export const anyTypes: readonly ElementType[] = ['f32', 'f16', 'i32', 'u32'];

/** Named extents of an array, outermost first: `{ rows: 4, columns: 8 }`. */
export type Shape = Readonly<Record<string, number>>;

/** Every extent must be a whole number that fits 32 bits, not negative. */
export function requireExtents(kernel: string, extents: Shape): void {
  for (const name in extents) {
    const extent = extents[name] as number;
    if (!(Number.isInteger(extent) && extent >= 0 && extent <= 0xffffffff)) {
      throw new KernelArgumentError(`${kernel}: ${name} is ${extent}; it must be a whole number of at least 0`);
    }
  }
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
