import type { Device, Schedule } from '@attune/tensor';
import { shown } from '@attune/validate';
import { TrainerError } from '../errors.ts';

/** Bytes of a step in the table of rates on the GPU. */
const bytesPerStep = 16;

/**
 * The learning rate of each step.
 *
 * @throws TrainerError for an invalid rate, and for more steps than fit the table on the GPU
 */
export function plannedRates(schedule: Schedule, maxSteps: number, device: Device): Float64Array {
  const most = Math.floor(device.info.limits.maxStorageBufferBindingSize / bytesPerStep);
  if (maxSteps > most) {
    throw new TrainerError(
      `the run would have ${maxSteps} steps, and the GPU holds the learning rates of ${most} at most: lower maxSteps or numTrainEpochs`,
    );
  }
  return Float64Array.from({ length: maxSteps }, (_, step) => rateOf(schedule, step));
}

function rateOf(schedule: Schedule, step: number): number {
  const rate: unknown = schedule(step);
  if (typeof rate === 'number' && Number.isFinite(rate) && rate >= 0) return rate;
  throw new TrainerError(
    `createScheduler: the learning rate of step ${step} must be a number of at least 0; got ${shown(rate)}`,
  );
}
