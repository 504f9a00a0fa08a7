import type { Kind } from '@attune/validate';

/** Kind of the factor of a loss's sum. */
export const lossWeight: Kind = { what: 'a finite number, 1 / count for a mean', holds: Number.isFinite };
