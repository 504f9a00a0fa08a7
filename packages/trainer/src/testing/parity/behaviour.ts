import { Dataset } from '@attune/data';
import { expect } from 'vitest';
import golden from '../../../golden/trainer.json' with { type: 'json' };
import { TrainingArguments } from '../../index.ts';
import type { LogEntry, TrainingArgumentsOptions } from '../../index.ts';
import { folder, make, rows, value } from '../regression.ts';

/** Something that a user of transformers' Trainer counts on. */
export interface Behaviour {
  readonly what: string;
  /** `same` as transformers, `better`, or `refused`. */
  readonly is: 'same' | 'better' | 'refused';
  /** In what it is better, or why it is refused. */
  readonly how?: string;
  /** Fails where that does not hold; may return what was measured. */
  readonly check: () => Promise<string | void> | string | void;
}

/** A run of one step that saves nothing. */
export const oneStep = { saveStrategy: 'no', maxSteps: 1 } as const;

export const trainDataset = Dataset.fromRows(rows);
export const evalDataset = Dataset.fromRows(rows.slice(0, 20));

export const args = (options: object) => () => new TrainingArguments(folder(), options);

type RunName = keyof typeof golden.runs;

const timings = /_(runtime|per_second)$|^total_flos$/;
const measured = (entry: LogEntry) => Object.entries(entry).filter(([name]) => !timings.test(name));

/**
 * Runs of the same arguments: weights, losses and every entry of the log are those of transformers.
 */
export async function sameRuns(...names: RunName[]): Promise<string> {
  let count = 0;
  let most = 0;
  const compare = (ours: unknown, theirs: unknown, what: string) => {
    const off = Math.abs(Number(ours) - Number(theirs)) / Math.max(1, Math.abs(Number(theirs)));
    expect(off, what).toBeLessThan(1e-4);
    most = Math.max(most, off);
    count++;
  };
  for (const name of names) {
    const recorded = golden.runs[name];
    const { trainer, model } = await make(recorded.arguments as Partial<TrainingArgumentsOptions>, { evalDataset });
    const { trainingLoss } = await trainer.train();
    compare(await value(model.a), recorded.a, `${name}: a`);
    compare(await value(model.b), recorded.b, `${name}: b`);
    compare(trainingLoss, recorded.trainLoss, `${name}: train_loss`);
    const log = trainer.state.logHistory.map(measured);
    const theirs: readonly object[] = recorded.log;
    expect(
      log.map((entry) => entry.map(([key]) => key).toSorted()),
      name,
    ).toEqual(theirs.map((entry) => Object.keys(entry).toSorted()));
    for (const [index, entry] of log.entries())
      for (const [key, number] of entry)
        compare(number, theirs[index]?.[key as never], `${name}: ${key}, entry ${index}`);
  }
  return `${count} numbers, off by ${most.toExponential(0)} at most`;
}
