import { DeviceLostError } from '@attune/tensor';
import { BatchTooLargeError, NonFiniteLossError, SaveError } from '../errors.ts';

/** Progress of a run. */
export interface RunPlace {
  /** Steps done. */
  readonly step: number;
  readonly maxSteps: number;
  /** Path of the last checkpoint; null when there is none. */
  readonly lastCheckpoint: string | null;
}

/** Describes what remains of a run that ends here: `Step 12 of 24 was reached; …`. */
function placeInWords({ step, maxSteps, lastCheckpoint }: RunPlace): string {
  const left =
    lastCheckpoint === null
      ? 'no checkpoint was written, so what was trained is only in the memory of this process'
      : `the last checkpoint is ${lastCheckpoint}`;
  return `Step ${step} of ${maxSteps} was reached; ${left}.`;
}

/** The message when Ctrl-C ends a run. */
export function interruptionInWords({ step, maxSteps, lastCheckpoint }: RunPlace): string {
  const lost =
    lastCheckpoint === null
      ? 'No checkpoint was written: what was trained is lost (saveStrategy and saveSteps decide when one is).'
      : `What came after the last checkpoint is lost; it is ${lastCheckpoint}.`;
  return `Training was stopped at step ${step} of ${maxSteps}. ${lost}`;
}

/**
 * The message when Ctrl-C ended a run after its current step.
 *
 * @param howToResume null when no run can resume from what is saved
 */
export function savedInWords({ step, maxSteps, lastCheckpoint }: RunPlace, howToResume: string | null): string {
  const goOn =
    howToResume === null
      ? 'With saveOnlyModel it holds the weights alone: fromPretrained loads them, no run goes on from it.'
      : `To go on from there: ${howToResume}`;
  return `Training was stopped at step ${step} of ${maxSteps}, and is saved in ${lastCheckpoint}. ${goOn}`;
}

/**
 * Adds to the error that ended a run the step that was reached, the last checkpoint and what to do.
 * Errors that are not about the run stay unchanged.
 */
export function withPlace(error: unknown, place: RunPlace): unknown {
  const where = placeInWords(place);
  if (error instanceof NonFiniteLossError)
    return new NonFiniteLossError(`${error.message} ${where}`, error.step, { cause: error });
  if (error instanceof SaveError) return new SaveError(`${error.message} ${where}`, { cause: error });
  if (error instanceof BatchTooLargeError && place.step > 0)
    return new BatchTooLargeError(`${error.message} ${where}`, { cause: error, argument: error.argument });
  if (error instanceof DeviceLostError) {
    const again =
      place.lastCheckpoint === null
        ? 'Nothing that was on the GPU can be read any more'
        : `A run goes on from it with train({ resumeFromCheckpoint: '${place.lastCheckpoint}' })`;
    return new DeviceLostError(
      `${error.message}. ${where} ${again}. Load the model on a new device, await openDevice(), and make a new Trainer; where the ` +
        'driver gave up, lower perDeviceTrainBatchSize.',
      { cause: error },
    );
  }
  return error;
}
