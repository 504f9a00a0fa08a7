import type { Behaviour } from './behaviour.ts';
import { trainingArguments } from './arguments.ts';
import { callbacks } from './callbacks.ts';
import { columns } from './columns.ts';
import { evaluation } from './evaluation.ts';
import { leaving } from './leaving.ts';
import { logging } from './logging.ts';
import { memory } from './memory.ts';
import { optimizers } from './optimizers.ts';
import { outputs } from './outputs.ts';
import { ownLosses } from './ownLosses.ts';
import { saving } from './saving.ts';
import { steps } from './steps.ts';

/** The behaviours of the table in docs/trainer-parity.md, by its headings. */
export const behaviours: Readonly<Record<string, readonly Behaviour[]>> = {
  Arguments: trainingArguments,
  'Steps, epochs, schedule, optimizer': steps,
  'Logging and state': logging,
  'Other optimizers, models and orders': optimizers,
  Callbacks: callbacks,
  'A run that is left': leaving,
  'Evaluation and prediction': evaluation,
  'Own losses and loops': ownLosses,
  'Columns and labels': columns,
  'Models with more outputs and labels': outputs,
  Memory: memory,
  'Saving and resuming': saving,
};
