import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainerCallback } from '../callbacks/trainerCallback.ts';
import { JsonlCallback } from './jsonlCallback.ts';
import { TensorBoardCallback } from './tensorBoardCallback.ts';

/** The callbacks that `reportTo` names: each writes the log of a run into its folder. */
export const reportCallbacks = ({ reportTo }: TrainingArguments): TrainerCallback[] => [
  ...(reportTo.includes('tensorboard') ? [new TensorBoardCallback()] : []),
  ...(reportTo.includes('jsonl') ? [new JsonlCallback()] : []),
];
