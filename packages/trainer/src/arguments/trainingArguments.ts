import { answerOtherNames, object, onAssignment, pythonNames, requireArgument, shown } from '@attune/validate';
import { absentArgumentMethods, answerAbsentMethods } from '../absent/absentMethods.ts';
import { TrainingArgumentsError } from '../errors.ts';
import { argumentKinds } from './argumentKinds.ts';
import { requireArgumentName } from './requireArgumentName.ts';
import { checkpointingOf } from './checkpointingArguments.ts';
import { refuseAssignment } from './refuseAssignment.ts';
import { refuseContradictions } from './refuseContradictions.ts';
import { defaultArguments, reportNames } from './defaults.ts';
import type { TrainingArgumentsOptions } from './defaults.ts';
import { expandHome } from './expandHome.ts';
import { readOptimArgs } from './optimizers.ts';
import { underPythonNames } from './pythonNames.ts';

/** The arguments of a run in a checkpoint folder, under Hugging Face's snake_case names. */
export type SavedArguments = Record<string, unknown>;

const where = 'new TrainingArguments';

// The class has every option as a property of its own name.
export interface TrainingArguments extends Readonly<TrainingArgumentsOptions> {}

/**
 * The arguments of a training run, checked. Names and defaults are those of
 * `transformers.TrainingArguments`, in camelCase. They do not change once they are made.
 *
 * @example new TrainingArguments('test-trainer', { evalStrategy: 'epoch', learningRate: 3e-5 })
 */
export class TrainingArguments {
  /** The folder for checkpoints and the saved model; `~` at its start is the home folder. */
  readonly outputDir: string;

  /**
   * @throws TrainingArgumentsError naming the argument that is unknown, renamed, not supported,
   *   impossible, or contradicts another
   */
  constructor(outputDir = 'trainer_output', options: Partial<TrainingArgumentsOptions> = {}) {
    if (typeof outputDir !== 'string' || outputDir === '') {
      throw new TrainingArgumentsError(
        `${where}: outputDir must be the name of a folder; got ${shown(outputDir)}. It comes before the other arguments: ` +
          `${where}('out', { … }).`,
      );
    }
    requireArgument(where, 'options', options, object, TrainingArgumentsError);
    this.outputDir = expandHome(outputDir);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    for (const [name, value] of given) requireArgumentName(name, value);
    const known = given.filter(([name]) => Object.hasOwn(defaultArguments, name));
    const asked = { ...defaultArguments, ...Object.fromEntries(known) };
    Object.assign(this, asked, bestModelDefaults(asked), checkpointingOf(options), {
      includeNumInputTokensSeen: tokensSeenOf(asked.includeNumInputTokensSeen),
    });
    for (const [name, kind] of Object.entries(argumentKinds))
      requireArgument(where, name, this[name as keyof TrainingArgumentsOptions], kind, TrainingArgumentsError);
    refuseContradictions(this);
    Object.assign(this, {
      reportTo: reportList(this.reportTo),
      ...(this.evalStrategy === 'steps' && { evalSteps: this.evalSteps ?? this.loggingSteps }),
    });
    readOptimArgs(this.optim, this.optimArgs);
    // A subclass may add properties of its own.
    const isOwn = (name: string) =>
      new.target !== TrainingArguments && name !== 'outputDir' && !Object.hasOwn(defaultArguments, name);
    return onAssignment(this, (name, value) => {
      if (isOwn(name)) Reflect.set(this, name, value);
      else refuseAssignment(name, value);
    });
  }

  /** The same arguments with another number of rows in a training batch. */
  withTrainBatchSize(perDeviceTrainBatchSize: number): TrainingArguments {
    const changed = Object.assign(Object.create(TrainingArguments.prototype) as TrainingArguments, this, {
      perDeviceTrainBatchSize,
    });
    return onAssignment(changed, refuseAssignment);
  }

  /** The arguments under their Hugging Face names, for `training_args.json`. */
  toJSON(): SavedArguments {
    const entries = Object.keys(defaultArguments).map(
      (name) => [name, this[name as keyof TrainingArgumentsOptions]] as const,
    );
    return underPythonNames([['outputDir', this.outputDir], ...entries]);
  }
}

answerOtherNames(
  TrainingArguments.prototype,
  'TrainingArguments have',
  TrainingArgumentsError,
  pythonNames(['outputDir', ...Object.keys(defaultArguments)]),
);
answerAbsentMethods(TrainingArguments.prototype, 'TrainingArguments have', absentArgumentMethods);

/** Names of reports as `transformers` keeps them: an array, empty for none. */
function reportList(given: TrainingArgumentsOptions['reportTo']): readonly string[] {
  const names = typeof given === 'string' ? [given] : given;
  if (names.includes('all')) return reportNames;
  return [...new Set(names.filter((name) => name !== 'none'))];
}

/** true and false are accepted as kinds of tokens too. */
const tokensSeenOf = (asked: unknown) => (typeof asked === 'boolean' ? (asked ? 'all' : 'no') : asked);

/** Defaults of arguments about the best model, as in `transformers`. */
function bestModelDefaults(asked: TrainingArgumentsOptions): Partial<TrainingArgumentsOptions> {
  const decides = asked.loadBestModelAtEnd === true || asked.lrSchedulerType === 'reduce_lr_on_plateau';
  const metric = asked.metricForBestModel ?? (decides ? 'loss' : null);
  if (typeof metric !== 'string') return {};
  return { metricForBestModel: metric, greaterIsBetter: asked.greaterIsBetter ?? !metric.endsWith('loss') };
}
