import { describe, expect, it } from 'vitest';
import golden from '../../../golden/schedules.json' with { type: 'json' };
import { getScheduler } from './getScheduler.ts';
import { ScheduleError } from './schedules.ts';
import type { SchedulerType } from './schedules.ts';

describe('getScheduler', () => {
  it.each(golden)(
    '$name with $kwargs, base $base, warmup $warmup of $total, equals transformers',
    ({ name, kwargs, base, warmup, total, values }) => {
      const schedule = getScheduler(name as SchedulerType, {
        baseLearningRate: base,
        numWarmupSteps: warmup,
        numTrainingSteps: total,
        kwargs: kwargs as Record<string, number | string>,
      });
      for (const [step, value] of values.entries())
        expect(Math.abs(schedule(step) - value)).toBeLessThanOrEqual(1e-13 * Math.max(Math.abs(value), base * 1e-3));
    },
  );

  // As in transformers, which divides by zero at step 2 of polynomial.
  it.each([
    ['linear', [0, 0.5, 0, 0]],
    ['polynomial', [0, 0.5, 1e-7, 1e-7]],
  ] as const)('%s is at its end after a warmup of the whole run', (name, rates) => {
    const options = { baseLearningRate: 1, numWarmupSteps: 2, numTrainingSteps: 2 };
    const schedule = getScheduler(name, options);
    expect([0, 1, 2, 3].map(schedule)).toEqual(rates);
  });

  it('says what it does not know', () => {
    const options = { baseLearningRate: 1, numTrainingSteps: 10 };
    expect(() => getScheduler('sloped' as SchedulerType, options)).toThrow(/no schedule sloped; there are constant/);
    expect(() => getScheduler('linear', { ...options, kwargs: { power: 2 } })).toThrow(
      /linear has no option power; it takes none/,
    );
    expect(() => getScheduler('cosine_with_min_lr', options)).toThrow(ScheduleError);
    expect(() => getScheduler('warmup_stable_decay', options)).toThrow(/numDecaySteps/);
  });
});
