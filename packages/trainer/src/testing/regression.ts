import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import type { Parameter } from '@attune/tensor';
import { afterEach, beforeEach } from 'vitest';
import { Trainer, TrainingArguments } from '../index.ts';
import type { TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { RegressionModel, rows } from './regressionModel.ts';

export { RegressionModel, rows, SteepModel } from './regressionModel.ts';

let current = '';

/** An output folder that each test gets anew. */
export const folder = () => current;
beforeEach(() => {
  current = mkdtempSync(join(tmpdir(), 'attune-trainer-'));
});
afterEach(() => rmSync(current, { recursive: true, force: true }));

/** A model with its Trainer on the 64 rows of transformers' own tests. */
export async function make(
  options: Partial<TrainingArgumentsOptions> = {},
  more: Partial<TrainerOptions> = {},
  TrainerClass: new (options: TrainerOptions) => Trainer = Trainer,
  output = current,
) {
  const model = await RegressionModel.create();
  const args = new TrainingArguments(output, { learningRate: 0.1, saveStrategy: 'no', disableTqdm: true, ...options });
  const trainer = new TrainerClass({ model, args, trainDataset: Dataset.fromRows(rows), ...more });
  return { model, trainer };
}

/** The one number of a parameter. */
export const value = async (parameter: Parameter) => Number((await parameter.data())[0]);
