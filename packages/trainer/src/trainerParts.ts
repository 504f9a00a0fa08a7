import { DataCollatorWithPadding, defaultDataCollator } from '@attune/data';
import type { ListCollator } from '@attune/data';
import type { Optimizer, Schedule } from '@attune/tensor';
import { shown } from '@attune/validate';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import { rowLength } from './data/lengthGroups.ts';
import { isSeveral, requireDataset, requireEvalDataset } from './data/trainerDataset.ts';
import type { EvalDataset } from './data/trainerDataset.ts';
import { TrainerError, TrainingArgumentsError } from './errors.ts';
import type { OptimizerScheduler } from './extensionPoints.ts';
import type { TrainableModel } from './model.ts';
import { requireModel, modelKind } from './requireModel.ts';
import { requireTrainerOptions } from './trainerOptions.ts';
import type { TrainerOptions } from './trainerOptions.ts';

/** A Trainer's options with their defaults. */
export interface TrainerParts extends Pick<
  TrainerOptions,
  | 'trainDataset'
  | 'evalDataset'
  | 'processingClass'
  | 'computeMetrics'
  | 'computeLossFunc'
  | 'preprocessLogitsForMetrics'
  | 'modelInit'
  | 'optimizerClsAndKwargs'
> {
  /** @throws TrainerError before `modelInit` was called for the first time */
  readonly model: TrainableModel;
  /** The current model; with `modelInit` it is replaced for each run. */
  readonly current: { model: TrainableModel | null };
  readonly optimizer: Optimizer | null;
  readonly scheduler: Schedule | OptimizerScheduler | null;
  readonly args: TrainingArguments;
  readonly collate: ListCollator;
  readonly callbacks: readonly (TrainerCallback | CallbackClass)[];
  /** Batch keys of the labels. */
  readonly labelNames: readonly string[];
}

/**
 * @throws TrainerError for an option that does not exist or is of the wrong kind
 * @throws TrainingArgumentsError when arguments and datasets contradict each other
 */
export function readTrainerOptions(options: TrainerOptions): TrainerParts {
  requireTrainerOptions(options);
  const { trainDataset, evalDataset } = options;
  if (trainDataset) requireDataset('new Trainer', 'trainDataset', trainDataset, options.args);
  if (evalDataset !== undefined) requireEvalDataset('new Trainer', evalDataset, options.args);
  const {
    model: trained,
    args = new TrainingArguments(),
    device,
    dataCollator,
    callbacks = [],
    optimizers,
    ...rest
  } = options;
  const { processingClass } = rest;
  const [optimizer = null, scheduler = null] = optimizers ?? [];
  requireOwnOptimizer(options, optimizer, scheduler);
  if (options.computeLossFunc && args.labelSmoothingFactor > 0)
    throw new TrainingArgumentsError(
      `labelSmoothingFactor is ${args.labelSmoothingFactor}, but computeLossFunc computes the loss: leave it out, and give your ` +
        'crossEntropy the option labelSmoothing',
    );
  if (trained) requireModel(trained, args, device);
  if (trainDataset && args.trainSamplingStrategy === 'group_by_length' && trainDataset.length > 0)
    rowLength(trainDataset, 0, args);
  if (args.evalStrategy !== 'no' && !rest.evalDataset) {
    throw new TrainingArgumentsError(
      `evalStrategy is '${args.evalStrategy}' but no evalDataset was given: pass one, or set evalStrategy to 'no'`,
    );
  }
  if (args.evalOnStart && !rest.evalDataset)
    throw new TrainingArgumentsError('evalOnStart is true but no evalDataset was given: pass one, or leave it out');
  requireDecidingSet(args, rest.evalDataset);
  const current = { model: trained ?? null };
  return {
    ...rest,
    get model() {
      return modelOf(current);
    },
    current,
    optimizer,
    scheduler,
    args,
    callbacks,
    collate:
      dataCollator ??
      (processingClass ? new DataCollatorWithPadding({ tokenizer: processingClass }) : defaultDataCollator),
    labelNames: args.labelNames ?? ['labels'],
  };
}

function modelOf({ model: made }: TrainerParts['current']): TrainableModel {
  if (made) return made;
  throw new TrainerError('there is no model yet: modelInit is called by train(), evaluate() and predict()');
}

/** The same with other arguments; the current model is shared. */
export function withArguments(parts: TrainerParts, args: TrainingArguments): TrainerParts {
  const { current } = parts;
  return {
    ...parts,
    args,
    get model() {
      return modelOf(current);
    },
  };
}

/**
 * Checks for contradictions that `transformers` refuses too, and for an optimizer of another model.
 */
function requireOwnOptimizer(
  options: TrainerOptions,
  optimizer: Optimizer | null,
  scheduler: Schedule | OptimizerScheduler | null,
): void {
  const { model: trained, modelInit, optimizerClsAndKwargs, args } = options;
  const fail = (message: string) => {
    throw new TrainerError(`new Trainer: ${message}`);
  };
  if (trained && modelInit) fail('pass either model or modelInit, not both');
  if (!trained && !modelInit)
    fail(`model must be ${modelKind.what}; got ${shown(trained)}. Or pass modelInit, which makes one for each run.`);
  if (optimizer && optimizerClsAndKwargs) fail('pass either optimizers or optimizerClsAndKwargs, not both');
  if (modelInit && (optimizer || scheduler))
    fail(
      'an optimizer or scheduler of optimizers cannot follow the models of modelInit: override createOptimizer in a subclass',
    );
  if (!optimizer && scheduler && typeof scheduler !== 'function')
    fail(
      'optimizers: a scheduler belongs to an optimizer, which is missing; or give a function from a step to its rate',
    );
  if (!optimizer) return;
  const own = new Set(trained?.parameters());
  if (optimizer.paramGroups.some(({ params }) => params.some((parameter) => !own.has(parameter))))
    fail("optimizers: the optimizer has a parameter that is not one of the model's");
  if (args?.fp16 && optimizer.lossScale === 1)
    fail('optimizers: with fp16 the optimizer needs the options { fp16: true, lossScale: {} }');
}

/** With several evaluation sets the deciding metric must belong to one of them. */
function requireDecidingSet(
  { metricForBestModel: given }: TrainingArguments,
  evalDataset: EvalDataset | undefined,
): void {
  if (given === null || !evalDataset || !isSeveral(evalDataset)) return;
  const metric = given.replace(/^eval_/, '');
  const names = Object.keys(evalDataset);
  if (names.some((name) => metric.startsWith(`${name}_`))) return;
  throw new TrainingArgumentsError(
    `metricForBestModel is '${given}', but there are several evaluation sets, ${names.join(', ')}: name the metric of one ` +
      `of them, such as 'eval_${names[0]}_${metric}'`,
  );
}
