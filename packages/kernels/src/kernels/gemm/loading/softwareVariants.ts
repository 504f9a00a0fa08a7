import { register } from '../register/register.ts';
import { subgroup } from '../subgroup/subgroup.ts';
import type { GemmKit } from './gemmKit.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/** The variants for processors, the one first that is taken where it fits. */
export const softwareVariants = (kit: GemmKit): LoadedVariants => [
  ['subgroup', subgroup(kit)],
  ['register', register(kit)],
];
