import { Dataset } from '@attune/data';
import { eventNames } from '../callbacks/trainerCallback.ts';

import { TrainerControl } from '../index.ts';
import type { CallbackEvent, TrainerCallback, TrainingArgumentsOptions } from '../index.ts';
import { make, rows } from './regression.ts';

type Seen = readonly (string | number)[];

/** Writes down event, step, epoch and the flags that are set, and sets those of a case. */
function watching(sets: readonly Seen[]): { readonly callback: TrainerCallback; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const flags = Object.keys(new TrainerControl()) as (keyof TrainerControl)[];
  const theirs = eventNames.filter((name) => name !== 'onPreparation');
  const events = theirs.map((name) => {
    const event: CallbackEvent = (_args, { globalStep, epoch }, control) => {
      seen.push([name, globalStep, Number(epoch.toFixed(6)), ...flags.filter((flag) => control[flag])]);
      for (const [at, step, flag] of sets)
        if (at === name && step === globalStep) control[flag as keyof TrainerControl] = true;
    };
    return [name, event] as const;
  });
  return { callback: Object.fromEntries(events) as TrainerCallback, seen };
}

/** A run of golden/events.json. */
export interface RecordedRun {
  readonly arguments: object;
  readonly calls: readonly string[];
  readonly sets: readonly (readonly (string | number)[])[];
}

/** What a callback sees of such a run. */
export async function eventsOf({ calls, sets, ...recorded }: RecordedRun): Promise<readonly Seen[]> {
  const { callback, seen } = watching(sets);
  const { trainer } = await make(
    { saveStrategy: 'steps', ...(recorded.arguments as Partial<TrainingArgumentsOptions>) },
    { callbacks: [callback], evalDataset: Dataset.fromRows(rows.slice(0, 20)) },
  );
  for (const call of calls) {
    if (call === 'predict') await trainer.predict(Dataset.fromRows(rows.slice(0, 10)));
    else await trainer[call as 'train' | 'evaluate']();
  }
  return seen;
}
