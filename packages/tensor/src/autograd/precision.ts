import type { Halves } from '../functional/products/halves.ts';
import { Mode } from './mode.ts';

/** How products read operands in f16; null outside `autocast`, which loads it. */
export const precision = new Mode<Halves | null>('autocast', null);
