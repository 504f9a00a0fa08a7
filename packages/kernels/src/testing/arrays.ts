import type { Gpu } from '../gpu.ts';
import { bytesPerElement } from '../memory/gpuArray.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import { sizeClass } from '../memory/sizeClass.ts';
import { fromHalfBits, toHalfBits } from './half.ts';
import { lastWriter, watchWrites } from './watchWrites.ts';

export type FloatType = 'f32' | 'f16';

/** Extra elements, full of NaN: what a pooled array may hold past its content. */
const staleElements = 67;

/** The real length of arrays that are padded with NaN, which no kernel may touch. */
const guarded = new WeakMap<GpuArray, number>();

/**
 * Uploads floats followed by NaN up to the end of the buffer, so that a kernel that reads too far
 * fails its test.
 */
export function uploadFloats(gpu: Gpu, values: ArrayLike<number>, type: FloatType, label: string): GpuArray {
  const bytes = bytesPerElement[type];
  const padded = new Float32Array(sizeClass((values.length + staleElements) * bytes) / bytes).fill(NaN);
  padded.set(values as ArrayLike<number> & Iterable<number>);
  const array = gpu.upload(type === 'f16' ? toHalfBits(padded) : padded, type, label);
  guarded.set(array, values.length);
  watchWrites(gpu);
  return array;
}

/** An output to be written to, full of NaN and longer than asked for. */
export function staleOutput(gpu: Gpu, length: number, type: FloatType, label: string): GpuArray {
  return uploadFloats(gpu, new Float32Array(length).fill(NaN), type, label);
}

/** Uploads indices or keys, followed by large numbers. */
export function uploadIndices(gpu: Gpu, values: ArrayLike<number>, label: string): GpuArray {
  const padded = new Uint32Array(values.length + staleElements).fill(0xfffffff0);
  padded.set(values as ArrayLike<number> & Iterable<number>);
  return gpu.upload(padded, 'u32', label);
}

/**
 * Runs `body` with stores at any distance past the end of an array made visible to `readFloats`;
 * drivers drop them silently. This covers stores by elementAccess, such as `storeOutput`; others
 * are seen only near the end.
 */
export async function clampingStores<Result>(gpu: Gpu, body: () => Promise<Result>): Promise<Result> {
  gpu.clampsStores = true;
  try {
    return await body();
  } finally {
    gpu.clampsStores = false;
  }
}

/**
 * The first `length` elements as numbers. For arrays of `uploadFloats` and `staleOutput`, the
 * elements after them must be unchanged: a kernel that writes too far fails its test.
 */
export async function readFloats(gpu: Gpu, array: GpuArray, length: number): Promise<Float32Array> {
  const data = await gpu.read(array);
  const values = array.elementType === 'f16' ? fromHalfBits(data) : Float32Array.from(data);
  // The null backend runs nothing and reads zeros.
  const end = guarded.get(array);
  if (end !== undefined && gpu.info.device !== 'null-backend') {
    const touched = values.subarray(end).findIndex((value) => !Number.isNaN(value));
    if (touched >= 0)
      throw new Error(
        `${array.label}: element ${end + touched} behind its end, ${end}, was written. ${lastWriter(array)}`,
      );
  }
  return values.subarray(0, length);
}

/** The values rounded to the type, in float64: the input for a reference. */
export function rounded(values: ArrayLike<number>, type: FloatType): Float64Array {
  return Float64Array.from(type === 'f16' ? fromHalfBits(toHalfBits(values)) : Float32Array.from(values));
}
