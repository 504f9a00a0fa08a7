import type { Kind } from '@attune/validate';

/** What the sum of a loss is multiplied with. */
export const lossWeight: Kind = { what: 'a finite number, 1 / count for a mean', holds: Number.isFinite };
