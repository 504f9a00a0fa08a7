import type { DeviceProfile } from '../../device/profile.ts';
import { complete, onGpus, writtenKernels } from './loadedVariants.ts';

/** Loads what devices of this kind choose among; without a profile, all there is. */
export async function loadAttentionVariants(profile?: DeviceProfile): Promise<void> {
  await Promise.all([
    (!profile || profile.software) &&
      import('./softwareVariants.ts').then(({ softwareKernels }) =>
        writtenKernels.set('bySubgroup', softwareKernels(complete)),
      ),
    !profile?.software &&
      import('./gpuVariants.ts').then(({ flashOf, paddedKernels, tiledKernels }) => {
        writtenKernels.set('padded', paddedKernels(complete)).set('tiled', tiledKernels(complete));
        onGpus.flash ??= flashOf(complete);
      }),
  ]);
}
