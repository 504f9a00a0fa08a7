import { describe, expect, it } from 'vitest';
import golden from '../../../golden/plateau.json' with { type: 'json' };
import { getScheduler } from './getScheduler.ts';
import type { Optimizer } from '../optimizer.ts';
import { ReduceLROnPlateau } from './reduceLROnPlateau.ts';
import type { ReduceLROnPlateauOptions } from './reduceLROnPlateau.ts';
import { ScheduleError } from './schedules.ts';

const optimizerOf = (...rates: number[]) =>
  ({ paramGroups: rates.map((lr) => ({ lr })), step: () => Promise.resolve() }) as unknown as Optimizer;

describe('ReduceLROnPlateau', () => {
  it.each(golden.cases)('with $options equals torch', ({ options, rates }) => {
    const kwargs = options as ReduceLROnPlateauOptions;
    const optimizer = optimizerOf(0.1, 1);
    let scheduler = getScheduler('reduce_lr_on_plateau', { optimizer, kwargs });
    for (const [index, metric] of golden.metrics.entries()) {
      scheduler.step(metric ?? NaN);
      expect(scheduler.getLastLr()).toEqual(rates[index]);
      expect(scheduler.lastEpoch).toBe(index + 1);
      // What it keeps is all that it needs.
      const other = new ReduceLROnPlateau(optimizerOf(5, 5), kwargs);
      other.loadStateDict(scheduler.stateDict());
      scheduler = other;
    }
  });

  it('has its defaults where options are undefined', () => {
    const rates = (options: ReduceLROnPlateauOptions) => {
      const scheduler = new ReduceLROnPlateau(optimizerOf(1), options);
      for (let step = 0; step < 15; step++) scheduler.step(1);
      return scheduler.getLastLr();
    };
    expect(rates({ patience: undefined, factor: undefined, mode: undefined })).toEqual(rates({}));
    expect(rates({})).toEqual([0.1]);
  });

  it('says what it does not know', () => {
    const optimizer = optimizerOf(1);
    expect(() => new ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow(
      /factor must be a number of at least 0 and below 1/,
    );
    expect(() => new ReduceLROnPlateau(optimizer, { minLr: [0, 1] })).toThrow(
      /minLr has 2 numbers; the optimizer has 1 groups/,
    );
    expect(() => new ReduceLROnPlateau(optimizer, { patiense: 1 } as object)).toThrow(/did you mean patience/);
    expect(() => new ReduceLROnPlateau({} as Optimizer)).toThrow(ScheduleError);
    expect(() => new ReduceLROnPlateau(optimizer).step(undefined as never)).toThrow(/metric must be a number/);
    const options = { baseLearningRate: 1, numTrainingSteps: 3 };
    expect(() => getScheduler('reduce_lr_on_plateau', options as never)).toThrow(/needs the optimizer/);
  });
});
