import type { Halves } from '../functional/products/halves.ts';
import { Mode } from './mode.ts';

/** What products read in f16; null outside of `autocast`, which alone brings it. */
export const precision = new Mode<Halves | null>('autocast', null);
