import { reportCallbacks } from '#reports';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { DefaultFlowCallback } from './defaultFlowCallback.ts';
import { JsonProgressCallback } from './jsonProgressCallback.ts';
import { ProgressCallback } from './progressCallback.ts';
import type { CallbackClass, TrainerCallback } from './trainerCallback.ts';

/**
 * Built-in callbacks before those of a user.
 *
 * @throws TrainingArgumentsError for reports in a page
 */
export const flowAndReports = (args: TrainingArguments): (TrainerCallback | CallbackClass)[] => [
  DefaultFlowCallback,
  ...reportCallbacks(args),
];

/** The built-in callback after those of a user. */
export const progressCallback = ({ logFormat }: TrainingArguments): CallbackClass =>
  logFormat === 'json' ? JsonProgressCallback : ProgressCallback;
