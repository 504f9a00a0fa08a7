import { register } from '../register/register.ts';
import { subgroup } from '../subgroup/subgroup.ts';
import type { GemmKit } from './gemmKit.ts';
import type { LoadedVariants } from './loadedVariants.ts';

/** The variants for software adapters, in order of preference. */
export const softwareVariants = (kit: GemmKit): LoadedVariants => [
  ['subgroup', subgroup(kit)],
  ['register', register(kit)],
];
