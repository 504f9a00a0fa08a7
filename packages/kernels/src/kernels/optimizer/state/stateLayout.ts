/**
 * Words of the state array (u32; floats by their bits), as finalizeUpdate.wgsl writes and
 * adamW.wgsl reads them: a header, then the ring of records.
 *
 * Header: 0 step (updates applied: the row of the schedule to use next), 1 updates attempted, 2
 * updates skipped, 3 number of the first skipped update (0: none), 4 whether the current update is
 * applied, 5 factor of its gradients, 6 its learning rate, 7 its step size, 8 its correction (of
 * AdamW the sqrt of bias correction 2), 9 updates applied in a row since the loss scale changed, 10
 * the loss scale of the next update.
 */
export const headerWords = 16;

export const growthTrackerWord = 9;
export const lossScaleWord = 10;

/**
 * Record of an update: 0 its number from 1 (0: none yet), 1 row of the schedule, 2 finite, 3 loss,
 * 4 norm, 5 clip factor, 6 loss scale, 7 unused.
 */
export const recordWords = 8;

/** Elements that share a group id, and the unit in which arenas are laid out. */
export const elementsPerGroupId = 64;
