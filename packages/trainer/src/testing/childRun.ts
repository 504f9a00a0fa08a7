import { setTimeout as sleep } from 'node:timers/promises';
import { Dataset } from '@attune/data';
import { PrinterCallback, ProgressCallback, Trainer, TrainingArguments } from '../index.ts';
import type { TrainingArgumentsOptions } from '../index.ts';
import { RegressionModel, rows } from './regressionModel.ts';

/**
 * A run that tells on standard output when it has saved, and its weights at its end.
 *
 * @param output its folder
 * @param stepMilliseconds what each step waits for
 */
export async function runChild(
  output: string,
  options: Partial<TrainingArgumentsOptions>,
  stepMilliseconds: number,
): Promise<void> {
  const model = await RegressionModel.create();
  const trainer = new Trainer({
    model,
    args: new TrainingArguments(output, options),
    trainDataset: Dataset.fromRows(rows),
    callbacks: [
      PrinterCallback,
      {
        onStepBegin: () => sleep(stepMilliseconds),
        onSave: (_args, state) => console.log(`saved ${state.globalStep}`),
      },
    ],
  });
  trainer.removeCallback(ProgressCallback);
  await trainer.train();
  console.log('ended');
}
