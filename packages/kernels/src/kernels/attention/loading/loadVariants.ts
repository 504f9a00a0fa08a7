import type { DeviceProfile } from '../../../device/profile.ts';
import { attentionKit } from './attentionKit.ts';
import { onGpus, writtenKernels } from './loadedVariants.ts';
import type { WrittenVariants } from './loadedVariants.ts';

/** Loads what devices of this kind choose among; without a profile, all there is. */
export async function loadAttentionVariants(profile?: DeviceProfile): Promise<void> {
  await Promise.all([
    (!profile || profile.software) &&
      import('./softwareVariants.ts').then(({ softwareVariants }) => add(softwareVariants(attentionKit))),
    !profile?.software &&
      import('./gpuVariants.ts').then(({ flash, gpuVariants }) => {
        add(gpuVariants(attentionKit));
        onGpus.flash ??= flash(attentionKit);
      }),
  ]);
}

function add(variants: WrittenVariants): void {
  for (const [name, kernels] of variants) writtenKernels.set(name, kernels);
}
