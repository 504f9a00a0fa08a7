import type { DeviceProfile } from '../../device/profile.ts';
import { KernelArgumentError } from '../../errors.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { wgsl as clearSource } from './clear.wgsl.ts';
import { wgsl as copySource } from './copy.wgsl.ts';
import type { Dispatch } from '../dispatch.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';

/** Writes zero to every 32-bit word of an array. */
export function clearWords(profile: DeviceProfile, array: GpuArray): Dispatch {
  return moveWords(profile, 'clear', clearSource, array);
}

/**
 * Copies `source`, word by word, to the start of `target`.
 *
 * @throws KernelArgumentError where it does not fit
 */
export function copyWords(profile: DeviceProfile, source: GpuArray, target: GpuArray): Dispatch {
  if (source.elementType !== target.elementType || source.length > target.length) {
    throw new KernelArgumentError(
      `copy: ${source.length} of ${source.elementType} do not fit ${target.label}, ${target.length} of ${target.elementType}`,
    );
  }
  return moveWords(profile, 'copy', copySource, target, source);
}

function moveWords(
  profile: DeviceProfile,
  kernel: string,
  wgsl: WgslFile,
  target: GpuArray,
  source?: GpuArray,
): Dispatch {
  const { byteLength } = source ?? target;
  const words = Math.ceil(byteLength / 4);
  // The other half of the last word keeps its value.
  const endsWithin = source !== undefined && byteLength % 4 !== 0 && source.length < target.length;
  const vec4 = words % 4 === 0 && !endsWithin;
  const count = vec4 ? words / 4 : words;
  const { defines, workgroups } = flatIndexingFor(profile);
  const reads = source ? [source] : [];
  return {
    program: kernelProgram(kernel, wgsl, { vec4, ...(source && { endsWithin }), ...defines }),
    parameters: { integers: [count] },
    reads,
    writes: [target],
    workgroups: workgroups(count),
    work: { bytes: (reads.length + 1) * byteLength },
  };
}
