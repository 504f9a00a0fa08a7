// For the other packages of Attune, as internal.ts: what needs no device. A page that loads the
// rest late has an entry without it, as some bundlers load all that an index names.
export { getScheduler } from './optim/schedules/getScheduler.ts';
export { requirePlateauOptions } from './optim/schedules/reduceLROnPlateau.ts';
export { Mt19937 } from './random/mt19937.ts';
export { setSeed } from './random/seed.ts';
