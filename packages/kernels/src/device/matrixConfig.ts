import type { DeviceProfile, SubgroupMatrixConfig } from './profile.ts';

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
