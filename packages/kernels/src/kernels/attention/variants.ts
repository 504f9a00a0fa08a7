import { registerVariants } from '../../device/variantLoaders.ts';
import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { addedVariants } from './loading/addedVariants.ts';
import { loadAttentionVariants } from './loading/loadVariants.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';
import { chunkWidth } from './pairs/planPairs.ts';

registerVariants(loadAttentionVariants);

/** Channels of the largest head that any variant takes. */
export const largestHead = 1024;
/** Channels of a head up to which tiles fit workgroup memory. */
const largestTiledHead = 256;
/** Channels of a head up to which register tiles compile fast; larger ones take a minute. */
const largestHeadBySubgroup = 64;

/**
 * The variant to use: the one asked for, or else the device's first choice for heads of this size
 * that is not in `gpu.disabledVariants`.
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

/** Why a variant cannot run on this device or with heads of this size; undefined where it can. */
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
        `here they have ${subgroupSize}, and headSize is ${headSize}`
      );
    }
    case 'flash':
      if (inFours && headSize <= largestTiledHead) return undefined;
      return `takes a headSize that is a multiple of 4 and at most ${largestTiledHead}; headSize is ${headSize}`;
    case 'flashMatrix': {
      const added = addedVariants.get(variant);
      return added
        ? added.whatIsMissing(gpu, headSize)
        : 'is not loaded by default: call addAttentionCandidates() first';
    }
    case 'padded':
    case 'tiled':
      return headSize <= largestTiledHead
        ? undefined
        : `takes a headSize of at most ${largestTiledHead}; headSize is ${headSize}`;
  }
}
