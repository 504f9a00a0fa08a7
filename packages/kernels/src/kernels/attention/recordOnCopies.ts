import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { cast } from '../cast/index.ts';
import { chunkWidth } from './variants.ts';

/**
 * Runs `record` on f32 copies of f16 arrays that are packed two to a word and whose heads do not
 * start at words.
 *
 * @returns false when there is no need, and nothing was recorded
 */
export function recordOnCopies(
  gpu: Gpu,
  headSize: number,
  reads: Readonly<Record<string, GpuArray>>,
  writes: Readonly<Record<string, GpuArray>>,
  record: (copies: Record<string, GpuArray>) => void,
): boolean {
  const [first] = Object.values(reads);
  if (first?.elementType !== 'f16' || gpu.profile.f16Storage !== 'packed' || chunkWidth(headSize) === 4) return false;
  const copies: Record<string, GpuArray> = {};
  for (const [name, array] of Object.entries({ ...reads, ...writes }))
    copies[name] = gpu.allocate('f32', array.length, `${array.label} in f32`);
  for (const [name, array] of Object.entries(reads))
    cast(gpu, { input: array, output: copies[name] as GpuArray, length: array.length });
  record(copies);
  for (const [name, array] of Object.entries(writes))
    cast(gpu, { input: copies[name] as GpuArray, output: array, length: array.length });
  for (const copy of Object.values(copies)) gpu.release(copy);
  return true;
}
