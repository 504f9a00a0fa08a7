import type { RunPlace } from './platform.ts';

/** The message when Ctrl-C ends a run. */
export function interruptionInWords({ step, maxSteps, lastCheckpoint }: RunPlace): string {
  const lost =
    lastCheckpoint === null
      ? 'No checkpoint was written: what was trained is lost (saveStrategy and saveSteps decide when one is).'
      : `What came after the last checkpoint, ${lastCheckpoint}, is lost.`;
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
      ? 'With saveOnlyModel it holds only the weights: fromPretrained loads them, but no run can be resumed from it.'
      : `To continue from there: ${howToResume}`;
  return `Training was stopped at step ${step} of ${maxSteps}, and is saved in ${lastCheckpoint}. ${goOn}`;
}
