import { TrainingArgumentsError } from '../errors.ts';
import { defaultArguments } from './defaults.ts';
import type { TrainingArgumentsOptions } from './defaults.ts';
import { impossibleArguments, renamedArguments, unsupportedArguments } from './otherNames.ts';

/** What a checkpoint folder keeps of a run's arguments, under Hugging Face's snake_case names. */
export type SavedArguments = Record<string, unknown>;

// The class has every option as a property of its own name.
export interface TrainingArguments extends Readonly<TrainingArgumentsOptions> {}

/**
 * The arguments of a training run, checked. Names and defaults are those of
 * `transformers.TrainingArguments`, in camelCase.
 *
 * @example new TrainingArguments('test-trainer', { evalStrategy: 'epoch', learningRate: 3e-5 })
 */
export class TrainingArguments {
  /** The folder for checkpoints and the saved model. */
  readonly outputDir: string;

  /**
   * @throws TrainingArgumentsError naming the argument: unknown, renamed, not supported,
   *   impossible, or in contradiction to another
   */
  constructor(outputDir = 'trainer_output', options: Partial<TrainingArgumentsOptions> = {}) {
    if (typeof outputDir !== 'string' || outputDir === '') {
      throw new TrainingArgumentsError(`outputDir must be the name of a folder; got ${JSON.stringify(outputDir)}`);
    }
    this.outputDir = outputDir;
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    for (const [name, value] of given) checkName(name, value);
    Object.assign(this, defaultArguments, Object.fromEntries(given.filter(([name]) => name in defaultArguments)));
    checkValues(this);
  }

  /** The arguments under their Hugging Face names, for `training_args.json`. */
  toJSON(): SavedArguments {
    const entries = Object.keys(defaultArguments).map(
      (name) => [snakeCase(name), this[name as keyof TrainingArgumentsOptions]] as const,
    );
    return Object.fromEntries(
      [['output_dir', this.outputDir] as const, ...entries].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]|\d+/g, (part) => (/\d/.test(part) ? part : `_${part.toLowerCase()}`));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function checkName(name: string, value: unknown): void {
  if (name in defaultArguments) return;
  const renamed = renamedArguments[name] ?? renamedArguments[camelCase(name)];
  if (renamed) throw new TrainingArgumentsError(`the training argument ${name} is now called ${renamed}`);
  const impossible = impossibleArguments[name];
  if (impossible) {
    if (value === false) return;
    throw new TrainingArgumentsError(
      `the training argument ${name} = ${JSON.stringify(value)} is not possible: ${impossible}`,
    );
  }
  if (name in unsupportedArguments) {
    const neutral = unsupportedArguments[name];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (Object.is(value, neutral) || (neutral === null && isEmpty)) return;
    throw new TrainingArgumentsError(
      `the training argument ${name} = ${JSON.stringify(value)} is not supported yet; leave it out (it then is ${JSON.stringify(neutral)})`,
    );
  }
  const camel = camelCase(name);
  const advice =
    camel !== name && camel in defaultArguments
      ? `names are in camelCase: ${camel}`
      : 'see TrainingArgumentsOptions for all names';
  throw new TrainingArgumentsError(`there is no training argument ${name}; ${advice}`);
}

type NumberName = {
  [Name in keyof TrainingArgumentsOptions]-?: TrainingArgumentsOptions[Name] extends number ? Name : never;
}[keyof TrainingArgumentsOptions];

function checkValues(args: TrainingArguments): void {
  const check = (name: keyof TrainingArgumentsOptions, holds: boolean, wanted: string) => {
    if (!holds) throw new TrainingArgumentsError(`${name} must be ${wanted}; got ${JSON.stringify(args[name])}`);
  };
  const whole = (name: NumberName, minimum: number) =>
    check(name, Number.isInteger(args[name]) && args[name] >= minimum, `a whole number of at least ${minimum}`);
  const atLeastZero = (name: NumberName) =>
    check(name, Number.isFinite(args[name]) && args[name] >= 0, 'a number of at least 0');
  const oneOf = (name: keyof TrainingArgumentsOptions, values: readonly string[]) =>
    check(name, values.includes(String(args[name])), `one of ${values.join(', ')}`);
  const stepsOrPart = (name: 'loggingSteps' | 'saveSteps' | 'evalSteps' | 'warmupSteps', minimum: number) => {
    const value = args[name];
    check(
      name,
      value !== null && Number.isFinite(value) && value >= minimum && (value < 1 || Number.isInteger(value)),
      'a whole number of steps, or a part of all steps below 1',
    );
  };

  for (const [name, value] of Object.entries(defaultArguments)) {
    if (typeof value === 'boolean')
      check(
        name as keyof TrainingArgumentsOptions,
        typeof args[name as keyof TrainingArgumentsOptions] === 'boolean',
        'true or false',
      );
  }
  whole('perDeviceTrainBatchSize', 1);
  whole('perDeviceEvalBatchSize', 1);
  whole('gradientAccumulationSteps', 1);
  whole('maxSteps', -1);
  check('numTrainEpochs', Number.isFinite(args.numTrainEpochs) && args.numTrainEpochs > 0, 'a number above 0');
  for (const name of ['learningRate', 'weightDecay', 'adamEpsilon', 'maxGradNorm', 'evalDelay'] as const)
    atLeastZero(name);
  for (const name of ['adamBeta1', 'adamBeta2', 'labelSmoothingFactor'] as const)
    check(name, args[name] >= 0 && args[name] < 1, 'at least 0 and below 1');
  oneOf('optim', ['adamw_torch', 'adamw_torch_fused']);
  for (const name of ['loggingStrategy', 'evalStrategy', 'saveStrategy'] as const)
    oneOf(name, ['no', 'steps', 'epoch']);
  oneOf('trainSamplingStrategy', ['random', 'sequential']);
  stepsOrPart('warmupSteps', 0);
  if (args.loggingStrategy === 'steps')
    check('loggingSteps', args.loggingSteps > 0, "above 0 when loggingStrategy is 'steps'");
  stepsOrPart('loggingSteps', 0);
  if (args.saveStrategy === 'steps') check('saveSteps', args.saveSteps > 0, "above 0 when saveStrategy is 'steps'");
  stepsOrPart('saveSteps', 0);
  if (args.evalSteps !== null) {
    stepsOrPart('evalSteps', 0);
    check('evalSteps', args.evalSteps > 0, 'above 0');
  }
  if (args.saveTotalLimit !== null)
    check(
      'saveTotalLimit',
      Number.isInteger(args.saveTotalLimit) && args.saveTotalLimit >= 1,
      'null or a whole number of at least 1',
    );
  for (const name of ['seed', 'dataSeed'] as const) {
    const value = args[name];
    if (value !== null)
      check(name, Number.isInteger(value) && value >= 0 && value < 2 ** 32, 'a whole number from 0 to 4294967295');
  }
}
