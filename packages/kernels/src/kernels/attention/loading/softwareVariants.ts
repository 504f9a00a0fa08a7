import { bySubgroup } from '../bySubgroup/bySubgroup.ts';
import type { AttentionKit } from './attentionKit.ts';
import type { WrittenVariants } from './loadedVariants.ts';

/** The variant for software adapters. */
export const softwareVariants = (kit: AttentionKit): WrittenVariants => [['bySubgroup', bySubgroup(kit)]];
