import { expect, it } from 'vitest';
import { load, Metric, MetricOptionError } from '../index.ts';
import type { MetricResult } from '../index.ts';
import * as metrics from './index.ts';

const classes = { predictions: [0, 1, 1, 0, 1], references: [0, 1, 0, 0, 1] };
const labels = {
  predictions: [
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  references: [
    [1, 0],
    [0, 1],
    [0, 1],
  ],
};

/** What `load` is asked for the same metric. */
function askedOf(name: string): [name: string, configuration?: string] {
  const [, of, configuration] = /^(glue)_(.*)$/.exec(name) ?? /^(.*)_(multilabel)$/.exec(name) ?? [];
  return of === undefined ? [name] : [of, configuration];
}

it.each(Object.entries(metrics))('%s is what load gives', async (name, make) => {
  const [made, loaded] = [make() as Metric, await load(...askedOf(name))];
  expect(made).toBeInstanceOf(Metric);
  expect([made.name, made.optionNames]).toEqual([loaded.name, loaded.optionNames]);
  const rows = name.endsWith('_multilabel') ? labels : classes;
  const options = made.optionNames.includes('average') && rows === labels ? { average: 'macro' } : {};
  const compute = (metric: Metric): MetricResult => metric.compute({ ...rows, ...options } as never);
  expect(compute(made)).toEqual(compute(loaded));
});

it('takes options, and refuses others', () => {
  const several = { predictions: [0, 2, 1], references: [0, 1, 2] };
  expect(metrics.f1({ average: 'macro' }).compute(several)).toEqual({ f1: 1 / 3 });
  expect(() => metrics.f1({ avrage: 'macro' } as never)).toThrow(MetricOptionError);
  expect(() => metrics.f1('macro' as never)).toThrow('f1.withOptions takes its options as an object');
});

it('keeps what is added to one from the others', () => {
  metrics.accuracy().addBatch(classes);
  expect(() => metrics.accuracy().compute()).toThrow('there are no predictions');
});

it('knows metrics from others', async () => {
  class Named extends Metric {}
  expect(await load('accuracy')).toBeInstanceOf(Metric);
  expect(await load('accuracy')).not.toBeInstanceOf(Named);
  const own = new Named({ name: 'own', takes: 'numbers', options: {}, compute: () => ({ own: 1 }) });
  expect(own).toBeInstanceOf(Named);
  expect(own).toBeInstanceOf(Metric);
  expect({}).not.toBeInstanceOf(Metric);
});
