import { DeviceLostError } from '@attune/tensor';
import { endSentence } from '@attune/validate';
import { BatchTooLargeError, NonFiniteLossError, SaveError } from '../errors.ts';
import type { RunPlace } from '../platform/platform.ts';

/** Describes what remains of a run that ends here: `Step 12 of 24 was reached; …`. */
function placeInWords({ step, maxSteps, lastCheckpoint }: RunPlace): string {
  const left =
    lastCheckpoint === null
      ? 'no checkpoint was written, so what was trained is only in the memory of this process'
      : `the last checkpoint is ${lastCheckpoint}`;
  return `Step ${step} of ${maxSteps} was reached; ${left}.`;
}

/**
 * Adds to the error that ended a run the step that was reached, the last checkpoint and what to do.
 * Errors that are not about the run stay unchanged.
 */
export function withPlace(error: unknown, place: RunPlace): unknown {
  const where = placeInWords(place);
  if (error instanceof NonFiniteLossError)
    return new NonFiniteLossError(`${endSentence(error.message)} ${where}`, error.step, { cause: error });
  if (error instanceof SaveError) return new SaveError(`${endSentence(error.message)} ${where}`, { cause: error });
  if (error instanceof BatchTooLargeError && place.step > 0)
    return new BatchTooLargeError(`${endSentence(error.message)} ${where}`, { cause: error, argument: error.argument });
  if (error instanceof DeviceLostError) {
    const again =
      place.lastCheckpoint === null
        ? 'Nothing that was on the GPU can be read any more'
        : `To resume from it, call train({ resumeFromCheckpoint: '${place.lastCheckpoint}' })`;
    return new DeviceLostError(
      `${endSentence(error.message)} ${where} ${again}. Load the model on a new device, await openDevice(), and make a new Trainer; if the ` +
        'driver gave up, lower perDeviceTrainBatchSize.',
      { cause: error },
    );
  }
  return error;
}
