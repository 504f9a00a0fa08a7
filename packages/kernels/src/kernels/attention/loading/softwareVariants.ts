import { bySubgroup } from '../bySubgroup/bySubgroup.ts';
import type { AttentionKit } from './attentionKit.ts';
import type { WrittenVariants } from './loadedVariants.ts';

/** The variant that processors choose. */
export const softwareVariants = (kit: AttentionKit): WrittenVariants => [['bySubgroup', bySubgroup(kit)]];
