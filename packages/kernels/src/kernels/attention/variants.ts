import { registerVariants } from '../../device/variantLoaders.ts';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { addedVariants } from './loading/addedVariants.ts';
import { loadAttentionVariants } from './loading/loadVariants.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';
import { chunkWidth } from './pairs/planPairs.ts';

registerVariants(loadAttentionVariants);

/** Channels of a head in the largest kernel that is compiled. */
export const largestHead = 1024;
/** Beyond it the tiles of two rows leave workgroup memory. */
const largestTiledHead = 256;
/** Larger heads take a minute to compile in registers. */
const largestHeadBySubgroup = 64;

/**
 * The variant that attention takes: the one asked for, or the device's for heads of this size, the
 * first that `gpu.disabledVariants` does not name.
 *
 * @throws KernelArgumentError where the variant asked for cannot run
 */
export function chosenVariant(
  gpu: Gpu,
  kernel: string,
  { variant, headSize }: Pick<AttentionShape, 'variant' | 'headSize'>,
): AttentionVariant {
  if (variant) {
    const missing = whatIsMissing(gpu, variant, headSize);
    if (missing) throw new KernelArgumentError(`${kernel}: variant ${variant} ${missing}`);
    return variant;
  }
  const preferred: readonly AttentionVariant[] = gpu.profile.software ? ['bySubgroup'] : ['flash', 'padded', 'tiled'];
  return (
    preferred.find((name) => !gpu.disabledVariants.has(`attention ${name}`) && !whatIsMissing(gpu, name, headSize)) ??
    'byRow'
  );
}

/** What a variant needs and this device or a head of this size does not have. */
function whatIsMissing(gpu: Gpu, variant: AttentionVariant, headSize: number): string | undefined {
  const inFours = chunkWidth(headSize) === 4;
  switch (variant) {
    case 'byRow':
      return undefined;
    case 'bySubgroup': {
      const { subgroups, subgroupSize } = gpu.profile;
      if (subgroups && subgroupSize === 8 && inFours && headSize <= largestHeadBySubgroup) return undefined;
      return (
        `needs subgroups of 8, and a headSize that is a multiple of 4 and at most ${largestHeadBySubgroup}; ` +
        `here they have ${subgroupSize}, and it is ${headSize}`
      );
    }
    case 'flash':
      if (inFours && headSize <= largestTiledHead) return undefined;
      return `takes a headSize that is a multiple of 4 and at most ${largestTiledHead}; it is ${headSize}`;
    case 'flashMatrix': {
      const added = addedVariants.get(variant);
      return added
        ? added.whatIsMissing(gpu, headSize)
        : 'is not carried by itself: call addAttentionCandidates() first';
    }
    case 'padded':
    case 'tiled':
      return headSize <= largestTiledHead
        ? undefined
        : `takes a headSize of at most ${largestTiledHead}; it is ${headSize}`;
  }
}
