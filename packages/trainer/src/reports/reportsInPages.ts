import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainerCallback } from '../callbacks/trainerCallback.ts';
import { TrainingArgumentsError } from '../errors.ts';

/**
 * None, as a page cannot write to folders.
 *
 * @throws TrainingArgumentsError for one that is asked for
 */
export function reportCallbacks({ reportTo }: TrainingArguments): TrainerCallback[] {
  if (reportTo.length === 0) return [];
  throw new TrainingArgumentsError(
    'reportTo writes files, and a page has no folders: pass a callback that keeps or sends each entry, ' +
      '{ onLog: (args, state, control, { logs }) => … }',
  );
}
