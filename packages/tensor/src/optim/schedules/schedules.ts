import {
  number,
  numberAtLeast,
  object,
  oneOf,
  optional,
  requireArgument,
  requireOptions,
  text,
} from '@attune/validate';
import type { Kind } from '@attune/validate';

/** Names of schedules, as in `transformers`. */
export type SchedulerType =
  | 'linear'
  | 'cosine'
  | 'cosine_with_restarts'
  | 'polynomial'
  | 'constant'
  | 'constant_with_warmup'
  | 'inverse_sqrt'
  | 'cosine_with_min_lr'
  | 'cosine_warmup_with_min_lr'
  | 'warmup_stable_decay'
  | 'reduce_lr_on_plateau';

/** Schedules whose rates are known beforehand. */
export type PlannedSchedule = Exclude<SchedulerType, 'reduce_lr_on_plateau'>;

/** Options of `getScheduler` for a function from step to rate. */
export interface SchedulerOptions {
  /** The learning rate that the schedule's factors multiply. */
  readonly baseLearningRate: number;
  /** Number of warmup steps. Default 0. */
  readonly numWarmupSteps?: number | undefined;
  /** Number of steps of the whole run. */
  readonly numTrainingSteps: number;
  /**
   * Further options of some schedules, in camelCase: `numCycles`, `lrEnd`, `power`, `timescale`,
   * `minLr`, `minLrRate`, `warmupLrRate`, `numDecaySteps`, `numStableSteps`, `warmupType`,
   * `decayType`, `minLrRatio`.
   */
  readonly kwargs?: Readonly<Record<string, number | string>> | undefined;
}

/** Returns the learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

/** A schedule has an unknown name, or options that it does not take. */
export class ScheduleError extends Error {
  override name = 'ScheduleError';
}

interface Run {
  readonly base: number;
  readonly warmup: number;
  readonly total: number;
  readonly number: (name: string, missing: number) => number;
  readonly word: (name: string, missing: string) => string;
  readonly has: (name: string) => boolean;
}

/** Factor of the learning rate at a step. */
type Factor = (step: number) => number;

interface Definition {
  readonly options: readonly string[];
  readonly factor: (run: Run) => Factor;
}

const rising = ({ warmup }: Run, step: number) => step / Math.max(1, warmup);
const progressOf = ({ warmup, total }: Run, step: number) => (step - warmup) / Math.max(1, total - warmup);

/**
 * Rises linearly over the warmup steps, then follows `after`, which gets the progress from 0 to 1.
 */
function withWarmup(run: Run, after: (progress: number) => number): Factor {
  return (step) => (step < run.warmup ? rising(run, step) : after(progressOf(run, step)));
}

const halfCosine = (progress: number, cycles: number) => 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * progress));

/** Rescales a factor that falls from 1 to 0 so that it falls to `minimum`. */
const above = (minimum: number, factor: number) => Math.max(0, factor * (1 - minimum) + minimum);

function minimumRate(run: Run, name: string): number {
  if (run.has('minLr') === run.has('minLrRate'))
    throw new ScheduleError(`the schedule ${name} needs either minLr or minLrRate in lrSchedulerKwargs`);
  return run.has('minLr') ? run.number('minLr', 0) / run.base : run.number('minLrRate', 0);
}

/** Shapes of the rise and the fall of warmup_stable_decay. */
const rises: Readonly<Record<string, (progress: number, cycles: number) => number>> = {
  linear: (progress) => progress,
  cosine: (progress) => 0.5 * (1 - Math.cos(Math.PI * progress)),
  '1-sqrt': (progress) => 1 - Math.sqrt(1 - progress),
};
const falls: typeof rises = {
  linear: (progress) => 1 - progress,
  cosine: halfCosine,
  '1-sqrt': (progress) => 1 - Math.sqrt(progress),
};

function shape(shapes: typeof rises, name: string): (progress: number, cycles: number) => number {
  const found = shapes[name];
  if (!found)
    throw new ScheduleError(`warmup_stable_decay knows the types ${Object.keys(shapes).join(', ')}; got ${name}`);
  return found;
}

const definitions: Readonly<Record<PlannedSchedule, Definition>> = {
  constant: { options: [], factor: () => () => 1 },
  constant_with_warmup: { options: [], factor: (run) => withWarmup(run, () => 1) },
  // Nothing is left of a run that ends within its warmup.
  linear: {
    options: [],
    factor: (run) => withWarmup(run, (progress) => (run.total > run.warmup ? Math.max(0, 1 - progress) : 0)),
  },
  cosine: {
    options: ['numCycles'],
    factor: (run) => withWarmup(run, (progress) => Math.max(0, halfCosine(progress, run.number('numCycles', 0.5)))),
  },
  cosine_with_restarts: {
    options: ['numCycles'],
    factor: (run) =>
      withWarmup(run, (progress) =>
        progress >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((run.number('numCycles', 1) * progress) % 1)))),
      ),
  },
  polynomial: {
    options: ['lrEnd', 'power'],
    factor: (run) => {
      const end = run.number('lrEnd', 1e-7);
      if (!(run.base > end))
        throw new ScheduleError(`the schedule polynomial needs lrEnd (${end}) below the learning rate (${run.base})`);
      return (step) => {
        if (step < run.warmup) return rising(run, step);
        if (step > run.total || run.total <= run.warmup) return end / run.base;
        const left = 1 - (step - run.warmup) / (run.total - run.warmup);
        return ((run.base - end) * left ** run.number('power', 1) + end) / run.base;
      };
    },
  },
  inverse_sqrt: {
    options: ['timescale'],
    factor: (run) => {
      const timescale = run.number('timescale', run.warmup || 10_000);
      const shift = timescale - run.warmup;
      return (step) => (step < run.warmup ? rising(run, step) : 1 / Math.sqrt((step + shift) / timescale));
    },
  },
  cosine_with_min_lr: {
    options: ['numCycles', 'minLr', 'minLrRate'],
    factor: (run) => {
      const minimum = minimumRate(run, 'cosine_with_min_lr');
      return withWarmup(run, (progress) => above(minimum, halfCosine(progress, run.number('numCycles', 0.5))));
    },
  },
  cosine_warmup_with_min_lr: {
    options: ['numCycles', 'minLr', 'minLrRate', 'warmupLrRate'],
    factor: (run) => {
      const minimum = minimumRate(run, 'cosine_warmup_with_min_lr');
      return (step) => {
        if (step < run.warmup) {
          if (!run.has('warmupLrRate')) return (step + 1) / Math.max(1, run.warmup);
          const start = run.number('warmupLrRate', 0);
          return start + ((1 - start) * step) / Math.max(1, run.warmup - 1);
        }
        const progress = (step - run.warmup + 1) / Math.max(1, run.total - run.warmup);
        return above(minimum, halfCosine(progress, run.number('numCycles', 0.5)));
      };
    },
  },
  warmup_stable_decay: {
    options: ['numDecaySteps', 'numStableSteps', 'warmupType', 'decayType', 'minLrRatio', 'numCycles'],
    factor: (run) => {
      if (!run.has('numDecaySteps'))
        throw new ScheduleError('the schedule warmup_stable_decay needs numDecaySteps in lrSchedulerKwargs');
      const decay = run.number('numDecaySteps', 0);
      const stable = run.number('numStableSteps', run.total - run.warmup - decay);
      const minimum = run.number('minLrRatio', 0);
      const cycles = run.number('numCycles', 0.5);
      const up = shape(rises, run.word('warmupType', 'linear'));
      const down = shape(falls, run.word('decayType', 'cosine'));
      return (step) => {
        if (step < run.warmup) return above(minimum, up(rising(run, step), cycles));
        if (step < run.warmup + stable) return 1;
        if (step >= run.warmup + stable + decay) return minimum;
        return above(minimum, down((step - run.warmup - stable) / Math.max(1, decay), cycles));
      };
    },
  },
};

const schedulerType: Kind = oneOf(...Object.keys(definitions));

const kinds = {
  baseLearningRate: {
    ...numberAtLeast(0),
    found: (value: unknown) => (value === undefined ? 'undefined, and no optimizer to take it from' : undefined),
  },
  numWarmupSteps: optional(numberAtLeast(0)),
  numTrainingSteps: numberAtLeast(0),
  kwargs: optional(object),
};

const otherNames = {
  num_warmup_steps: 'it is called numWarmupSteps',
  num_training_steps: 'it is called numTrainingSteps',
  lr: 'it is called baseLearningRate',
  schedulerSpecificKwargs: 'it is called kwargs',
};

/**
 * Makes a schedule, in float64. Names, formulas and defaults are those of
 * `transformers.get_scheduler`.
 *
 * @throws ScheduleError for an unknown name, an unknown option, or one that is missing
 */
export function makeSchedule(name: SchedulerType, options: SchedulerOptions): Schedule {
  if (name === 'reduce_lr_on_plateau')
    throw new ScheduleError('reduce_lr_on_plateau follows a metric: getScheduler needs the optimizer for it');
  if (typeof name === 'string' && !Object.hasOwn(definitions, name))
    throw new ScheduleError(
      `there is no schedule ${name}; there are ${Object.keys(definitions).join(', ')}, reduce_lr_on_plateau`,
    );
  requireArgument('getScheduler', 'name', name, schedulerType, ScheduleError);
  requireOptions('getScheduler', options, kinds, { error: ScheduleError, otherNames });
  const definition = definitions[name];
  const { baseLearningRate: base, numWarmupSteps: warmup = 0, numTrainingSteps: total, kwargs = {} } = options;
  for (const option of Object.keys(kwargs)) {
    if (definition.options.includes(option)) {
      const kind = option.endsWith('Type') ? text : number;
      requireArgument(`the schedule ${name}`, option, kwargs[option] ?? undefined, optional(kind), ScheduleError);
      continue;
    }
    const known = definition.options.length > 0 ? `it takes ${definition.options.join(', ')}` : 'it takes none';
    throw new ScheduleError(`the schedule ${name} has no option ${option}; ${known}`);
  }
  const factor = definition.factor({
    base,
    warmup,
    total,
    has: (option) => kwargs[option] !== undefined,
    number: (option, missing) => Number(kwargs[option] ?? missing),
    word: (option, missing) => String(kwargs[option] ?? missing),
  });
  return (step) => base * factor(step);
}
