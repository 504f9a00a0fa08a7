import { terminal } from '#platform';
import type { RunPosition } from '../checkpoint/progress.ts';
import type { TrainerState } from '../state/trainerState.ts';

/** Where a run starts: a batch of an epoch, and the steps done before. */
export interface StartingPoint extends RunPosition {
  readonly globalStep: number;
  /** Whether batches are as before, so that step numbers refer to the same data. */
  readonly sameBatches: boolean;
  /** Whether a callback had ended the run before its last step. */
  readonly stopped: boolean;
  /** Whether a callback had ended the epoch. */
  readonly epochStopped: boolean;
}

/** The starting point of a new run. */
export const beginning: StartingPoint = {
  // The one before the first.
  epoch: -1,
  batchesDone: 0,
  epochEnded: true,
  globalStep: 0,
  sameBatches: true,
  stopped: false,
  epochStopped: false,
};

/**
 * Whether a resumed run has no step left, with a message: its last step was reached, or a callback
 * had ended it.
 */
export function nothingLeft({ stopped }: StartingPoint, { globalStep, maxSteps }: TrainerState): boolean {
  if (stopped) terminal.writeLine(`A callback had ended that run at step ${globalStep}: there is nothing left to do.`);
  else if (globalStep >= maxSteps)
    terminal.writeLine(
      `That run has reached its last step, ${globalStep} of ${maxSteps}: there is nothing left to do.`,
    );
  return stopped || globalStep >= maxSteps;
}
