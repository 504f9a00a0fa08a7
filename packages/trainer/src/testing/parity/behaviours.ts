import type { Behaviours } from './behaviour.ts';
import { evaluating } from './evaluating.ts';
import { memory } from './memory.ts';
import { optimizing } from './optimizing.ts';
import { outputs } from './outputs.ts';
import { saving } from './saving.ts';
import { training } from './training.ts';
import { watching } from './watching.ts';

/** All behaviours of the table in docs/trainer-parity.md. */
export const behaviours: Behaviours = {
  ...training,
  ...optimizing,
  ...watching,
  ...evaluating,
  ...outputs,
  ...memory,
  ...saving,
};
