import type { DeviceProfile } from '../../../device/profile.ts';
import { gemmKit } from './gemmKit.ts';
import { loadedVariants, onGpus, tileOf } from './loadedVariants.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/** Loads what devices of this kind choose among; without a profile, all there is. */
export async function loadGemmVariants(profile?: DeviceProfile): Promise<void> {
  const onGpu = !profile?.software;
  await Promise.all([
    (!profile || profile.software) &&
      import('./softwareVariants.ts').then(({ softwareVariants }) => add(softwareVariants(gemmKit))),
    onGpu &&
      import('./gpuVariants.ts').then(({ gpuChoices, gpuVariants }) => {
        add(gpuVariants(gemmKit));
        onGpus.choices ??= gpuChoices(tileOf);
      }),
    onGpu &&
      profile?.subgroupMatrix.length !== 0 &&
      import('./matrixVariants.ts').then(({ matrixVariants }) => add(matrixVariants(gemmKit))),
  ]);
}

function add(variants: LoadedVariants): void {
  for (const [name, variant] of variants) loadedVariants.set(name, variant);
}
