import { unchanging } from '../arguments/refuseAssignment.ts';
import { TrainerError } from '../errors.ts';

const upload =
  'nothing is uploaded: call saveModel() and createModelCard(), then npx @huggingface/hub upload user/name FOLDER';
const oneProcess = 'a run is one process on one GPU';
const oneLoss = 'override computeLoss or trainingStep, which record what a step computes';

/** Public methods of `transformers.Trainer` that do not exist here, and what to do instead. */
export const absentMethods: Readonly<Record<string, string>> = {
  autocastSmartContextManager: 'fp16 decides it; trainingStep may call autocast() of @attune/tensor itself',
  callModelInit: 'make a model and a Trainer for each run',
  computeLossContextManager: oneLoss,
  createAcceleratorAndPostprocess: oneProcess,
  createOptimizerAndScheduler: 'override createOptimizer or createScheduler, which a run calls',
  end: 'a run ends when train() does, or by its option signal',
  floatingPointOps: 'the estimate is 6 per parameter and token; state.totalFlos has it',
  getBatchSamples: 'override getTrainDataloader, which gives the batches',
  getCpSize: oneProcess,
  getDecayParameterNames: 'override createOptimizer, which groups the parameters',
  getLearningRates: "each log entry has the learning_rate, and a callback's context the lrScheduler",
  getOptimizerClsAndKwargs: 'override createOptimizer',
  getOptimizerGroup: "a callback's context has the optimizer",
  getSpSize: oneProcess,
  getTotalTrainBatchSize: 'it is perDeviceTrainBatchSize times gradientAccumulationSteps',
  getTpSize: oneProcess,
  hyperparameterSearch: 'make a Trainer for each set of arguments, and compare what evaluate() gives',
  initHfRepo: upload,
  lossIsScaledForGa: 'losses are divided by the examples of the whole update',
  metricsFormat: 'logMetrics shows metrics, saveMetrics writes them',
  numExamples: 'a dataset knows its length',
  numTokens: 'sum the lengths of the rows; no run needs it',
  pushToHub: upload,
  setInitialTrainingValues: 'callbacks find the numbers of a run in state',
  storeFlos: 'state.totalFlos is kept at every step',
};

/** The methods among them that would return a promise. */
const asynchronous: ReadonlySet<string> = new Set(['hyperparameterSearch', 'initHfRepo', 'pushToHub']);

const json = 'toJSON() gives the arguments under their Python names';

/** The same for `transformers.TrainingArguments`. */
export const absentArgumentMethods: Readonly<Record<string, string>> = {
  getProcessLogLevel: 'there are no levels of messages',
  getWarmupSteps: 'warmupSteps below 1 is a fraction of the steps; each log entry and the lrScheduler show the rate',
  mainProcessFirst: oneProcess,
  ...Object.fromEntries(
    ['Dataloader', 'Evaluate', 'Logging', 'LrScheduler', 'Optimizer', 'PushToHub', 'Save', 'Testing', 'Training'].map(
      (kind) => [`set${kind}`, unchanging],
    ),
  ),
  toDict: json,
  toJsonString: json,
  toSanitizedDict: json,
};

/** Properties of a Trainer that are not assigned, and what to do instead. */
export const keptProperties: Readonly<Record<string, string>> = {
  args: 'make a new Trainer with other arguments',
  model: 'make a new Trainer with another model, or pass modelInit, which makes one for each run',
};

/**
 * Makes assigning to properties that have only a getter throw an error that says what to do.
 *
 * @param what their owner in the error: `a Trainer keeps`
 */
export function answerAssignments(prototype: object, what: string, members: Readonly<Record<string, string>>): void {
  for (const [name, advice] of Object.entries(members)) {
    const set = () => {
      throw new TrainerError(`${what} its ${name}: ${advice}`);
    };
    Object.defineProperty(prototype, name, { ...Object.getOwnPropertyDescriptor(prototype, name), set });
  }
}

/**
 * Makes calling an absent method of a class throw an error that says what to do instead.
 *
 * @param what the owner in the error: `a Trainer has`
 */
export function answerAbsentMethods(prototype: object, what: string, methods: Readonly<Record<string, string>>): void {
  for (const [name, reason] of Object.entries(methods)) {
    if (name in prototype) continue;
    const refuse = () => {
      throw new TrainerError(`${what} no method ${name}: ${reason}`);
    };
    const value = asynchronous.has(name) ? async () => Promise.resolve().then(refuse) : refuse;
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  }
}
