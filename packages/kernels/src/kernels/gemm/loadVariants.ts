import type { DeviceProfile } from '../../device/profile.ts';
import { candidates, onGpus } from './candidates.ts';
import type { Candidates } from './candidates.ts';
import { gemmKit } from './kit.ts';

/** Loads what devices of this kind choose among; without a profile, all there is. */
export async function loadGemmVariants(profile?: DeviceProfile): Promise<void> {
  const onGpu = !profile?.software;
  await Promise.all([
    (!profile || profile.software) &&
      import('./softwareVariants.ts').then(({ softwareVariants }) => add(softwareVariants(gemmKit))),
    onGpu &&
      import('./gpuVariants.ts').then(({ gpuVariants, gpuChoices }) => {
        add(gpuVariants(gemmKit));
        onGpus.choices ??= gpuChoices(gemmKit);
      }),
    onGpu &&
      profile?.subgroupMatrix.length !== 0 &&
      import('./matrixVariants.ts').then(({ matrixVariants }) => add(matrixVariants(gemmKit))),
  ]);
}

function add(variants: Candidates): void {
  for (const [name, variant] of variants) candidates.set(name, variant);
}
