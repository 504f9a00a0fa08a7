import { reportCallbacks } from '#reports';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { DefaultFlowCallback } from './defaultFlowCallback.ts';
import { JsonProgressCallback } from './jsonProgressCallback.ts';
import { ProgressCallback } from './progressCallback.ts';
import type { CallbackClass, TrainerCallback } from './trainerCallback.ts';

/**
 * What comes before the callbacks of a user.
 *
 * @throws TrainingArgumentsError for reports in a page
 */
export const flowAndReports = (args: TrainingArguments): (TrainerCallback | CallbackClass)[] => [
  DefaultFlowCallback,
  ...reportCallbacks(args),
];

/** What comes after them. */
export const progressCallback = ({ logFormat }: TrainingArguments): CallbackClass =>
  logFormat === 'json' ? JsonProgressCallback : ProgressCallback;
