import { wgsl as forward } from './forwardBySubgroup.wgsl.ts';
import { wgsl as gradKeyValue } from './gradKeyValueBySubgroup.wgsl.ts';
import { wgsl as gradQuery } from './gradQueryBySubgroup.wgsl.ts';
import type { complete as Complete, WrittenKernels } from './loadedVariants.ts';

/** `bySubgroup`, which processors choose. */
export const softwareKernels = (complete: typeof Complete): WrittenKernels => ({
  forward: complete(forward),
  gradQuery: complete(gradQuery),
  gradKeyValue: complete(gradKeyValue),
});
