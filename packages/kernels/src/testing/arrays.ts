import type { Gpu } from '../gpu.ts';
import { bytesPerElement } from '../memory/gpuArray.ts';
import type { GpuArray, HostData } from '../memory/gpuArray.ts';
import { sizeClass } from '../memory/sizeClass.ts';
import { fromHalfBits, toHalfBits } from './half.ts';
import { lastWriter, watchWrites } from './watchWrites.ts';

export type FloatType = 'f32' | 'f16';

/** Extra elements, full of NaN: what a pooled array may hold past its content. */
const staleElements = 67;

/**
 * The bits of the NaN behind an array. Behind an output it is another one than behind an input, so
 * that a kernel that reads and writes too far is seen where its formula makes NaN of NaN.
 */
const staleBits = {
  input: { f32: 0x7fc00000, f16: 0x7e00 },
  output: { f32: 0x7fc0a5a5, f16: 0x7ea5 },
};

/** The real length of arrays that are padded with NaN, which no kernel may touch, and its bits. */
const guarded = new WeakMap<GpuArray, { end: number; bits: number }>();

/**
 * Uploads floats followed by NaN up to the end of the buffer, so that a kernel that reads too far
 * fails its test.
 */
export function uploadFloats(gpu: Gpu, values: ArrayLike<number>, type: FloatType, label: string): GpuArray {
  return uploadGuarded(gpu, values, { type, label, bits: staleBits.input[type] });
}

/** An output to be written to, full of NaN and longer than asked for. */
export function staleOutput(gpu: Gpu, length: number, type: FloatType, label: string): GpuArray {
  const stale = new Float32Array(length).fill(NaN);
  return uploadGuarded(gpu, stale, { type, label, bits: staleBits.output[type] });
}

function uploadGuarded(
  gpu: Gpu,
  values: ArrayLike<number>,
  { type, label, bits }: { type: FloatType; label: string; bits: number },
): GpuArray {
  const bytes = bytesPerElement[type];
  const padded = new Float32Array(sizeClass((values.length + staleElements) * bytes) / bytes);
  padded.set(values as ArrayLike<number> & Iterable<number>);
  const data = type === 'f16' ? toHalfBits(padded) : padded;
  bitsOf(data).fill(bits, values.length);
  const array = gpu.upload(data, type, label);
  guarded.set(array, { end: values.length, bits });
  watchWrites(gpu);
  return array;
}

function bitsOf({ buffer, byteOffset, length, BYTES_PER_ELEMENT }: HostData): Uint32Array | Uint16Array {
  return BYTES_PER_ELEMENT === 2
    ? new Uint16Array(buffer, byteOffset, length)
    : new Uint32Array(buffer, byteOffset, length);
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
  const guard = guarded.get(array);
  if (guard !== undefined && gpu.info.device !== 'null-backend') {
    const { end, bits } = guard;
    const touched = bitsOf(data)
      .subarray(end)
      .findIndex((found) => found !== bits);
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
