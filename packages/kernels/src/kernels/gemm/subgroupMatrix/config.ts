import type { DeviceProfile, SubgroupMatrixConfig } from '../../../device/profile.ts';
import type { Gpu } from '../../../gpu.ts';

/** Lanes of the subgroups of programs for matrix units; 0 where these cannot know it. */
export function matrixLanes({ subgroupSize, askedSubgroupSize }: DeviceProfile): number {
  return subgroupSize || askedSubgroupSize;
}

/**
 * The fragment shape to use, with f16 operands and f32 sums; null where the device has none, or
 * programs cannot know the size of its subgroups.
 */
export function matrixConfigOf(profile: DeviceProfile): SubgroupMatrixConfig | null {
  if (!profile.f16 || matrixLanes(profile) === 0) return null;
  return (
    profile.subgroupMatrix.find(
      ({ componentType, resultComponentType }) => componentType === 'f16' && resultComponentType === 'f32',
    ) ?? null
  );
}

/**
 * The fragment shape if its smallest tile fits the limits of this device, else null: where
 * subgroups are large, the four of a workgroup have more threads than WebGPU guarantees.
 */
export function runnableMatrixConfig({ profile, info: { limits } }: Gpu): SubgroupMatrixConfig | null {
  const config = profile.subgroups ? matrixConfigOf(profile) : null;
  const threads = 4 * matrixLanes(profile);
  const fits =
    config !== null &&
    threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    workgroupBytes(config, 2) <= limits.maxComputeWorkgroupStorageSize;
  return fits ? config : null;
}

/** The reason to give where a device has no such fragments. */
export const matrixUnitsNeeded =
  'needs f16 matrix units with f32 sums, subgroups of one known size, and workgroups of four of them, which this device lacks';

/** Bytes of workgroup memory that `subgroupMatrix.wgsl` takes at most, whatever the layouts. */
export function workgroupBytes({ m, n }: SubgroupMatrixConfig, across: 2 | 4): number {
  const [inner, padding] = [32, 8];
  const tile = (side: number) => 2 * Math.max(side * (inner + padding), inner * (side + padding));
  return tile(2 * across * m) + tile(2 * across * n) + 4 * 4 * m * n;
}
