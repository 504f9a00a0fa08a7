import { machine } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainerCallback } from '../callbacks/trainerCallback.ts';
import { TrainingArgumentsError } from '../errors.ts';
import { JsonlCallback } from './jsonlCallback.ts';
import { TensorBoardCallback } from './tensorBoardCallback.ts';

/**
 * The callbacks that `reportTo` names.
 *
 * @throws TrainingArgumentsError in a page
 */
export function reportCallbacks({ reportTo }: TrainingArguments): TrainerCallback[] {
  if (reportTo.length > 0 && machine() === null)
    throw new TrainingArgumentsError(
      'reportTo writes files, and a page has no folders: pass a callback that keeps or sends each entry, ' +
        '{ onLog: (args, state, control, { logs }) => … }',
    );
  return [
    ...(reportTo.includes('tensorboard') ? [new TensorBoardCallback()] : []),
    ...(reportTo.includes('jsonl') ? [new JsonlCallback()] : []),
  ];
}
