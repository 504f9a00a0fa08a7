import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import { fromHalfBits, toHalfBits } from './half.ts';

export type FloatType = 'f32' | 'f16';

/**
 * More elements than asked for, full of NaN: what a bucketed array holds behind its real content.
 */
const staleElements = 67;

/** Arrays that hold NaN behind their real content, which no kernel may touch. */
const guarded = new WeakSet<GpuArray>();

/** Uploads floats with NaN behind them, so that a kernel which reads too far shows it. */
export function uploadFloats(gpu: Gpu, values: ArrayLike<number>, type: FloatType, label: string): GpuArray {
  const padded = new Float32Array(values.length + staleElements).fill(NaN);
  padded.set(values as ArrayLike<number> & Iterable<number>);
  const array = gpu.upload(type === 'f16' ? toHalfBits(padded) : padded, type, label);
  guarded.add(array);
  return array;
}

/** An output to be written to, full of NaN and longer than asked for. */
export function staleOutput(gpu: Gpu, length: number, type: FloatType, label: string): GpuArray {
  return uploadFloats(gpu, new Float32Array(length).fill(NaN), type, label);
}

/** Uploads indices or keys with large numbers behind them. */
export function uploadIndices(gpu: Gpu, values: ArrayLike<number>, label: string): GpuArray {
  const padded = new Uint32Array(values.length + staleElements).fill(0xfffffff0);
  padded.set(values as ArrayLike<number> & Iterable<number>);
  return gpu.upload(padded, 'u32', label);
}

/**
 * The first `length` elements as numbers. Of arrays that `uploadFloats` and `staleOutput` made, what
 * lies behind must be as it was: a kernel that writes too far fails its test.
 */
export async function readFloats(gpu: Gpu, array: GpuArray, length: number): Promise<Float32Array> {
  const data = await gpu.read(array);
  const values = array.elementType === 'f16' ? fromHalfBits(data) : Float32Array.from(data);
  // The null backend runs nothing and reads zeros.
  if (guarded.has(array) && gpu.info.device !== 'null-backend') {
    const touched = values.subarray(array.length - staleElements).findIndex((value) => !Number.isNaN(value));
    if (touched >= 0)
      throw new Error(`${array.label}: element ${array.length - staleElements + touched} behind its end was written`);
  }
  return values.subarray(0, length);
}

/** What the type keeps of the values, in float64: the input that a reference must be given. */
export function rounded(values: ArrayLike<number>, type: FloatType): Float64Array {
  return Float64Array.from(type === 'f16' ? fromHalfBits(toHalfBits(values)) : Float32Array.from(values));
}
