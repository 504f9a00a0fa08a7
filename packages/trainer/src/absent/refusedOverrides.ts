import { camelCase } from '../arguments/pythonNames.ts';
import { TrainerError } from '../errors.ts';
import { absentMethods } from './absentMethods.ts';

/** Methods that `transformers.Trainer` calls itself and this one does not. */
const internal: ReadonlySet<string> = new Set([
  'buildAcceleratorArgs',
  'clipGradNorm',
  'compareTrainerAndCheckpointArgs',
  'determineBestMetric',
  'finalizeTraining',
  'finishCurrentPush',
  'getCollatorWithRemovedColumns',
  'getDataloader',
  'getEvalSampler',
  'getGradNorm',
  'getLearningRate',
  'getNumItemsInBatch',
  'getOutputDir',
  'getTrainSampler',
  'hpSearchSetup',
  'initTrainingState',
  'innerTrainingLoop',
  'issueWarningsAfterLoad',
  'loadBestModel',
  'loadCallbackState',
  'loadFromCheckpoint',
  'loadOptimizerAndScheduler',
  'loadRngState',
  'loadScaler',
  'maybeLogSaveEvaluate',
  'moveModelToDevice',
  'nestedGather',
  'predictionLoop',
  'prepareForTraining',
  'prepareInput',
  'prepareInputs',
  'preprocessLogitsForMetrics',
  'propagateArgsToDeepspeed',
  'pushFromCheckpoint',
  'removeUnusedColumns',
  'reportToHpSearch',
  'rotateCheckpoints',
  'runEpoch',
  'save',
  'saveCheckpoint',
  'saveOptimizerAndScheduler',
  'saveRngState',
  'saveScaler',
  'setSignatureColumnsIfNeeded',
  'sortedCheckpoints',
  'trackNumInputTokens',
  'tuneSaveCheckpoint',
  'updateAutoBatchSize',
  'validateArgs',
  'wrapModel',
]);

/** Methods that a run calls. */
const overridable = [
  'getTrainDataloader',
  'getEvalDataloader',
  'getTestDataloader',
  'createOptimizer',
  'createScheduler',
  'computeLoss',
  'trainingStep',
  'predictionStep',
  'evaluationLoop',
  'evaluate',
  'log',
  'saveModel',
];

/** Options that are read once: set on a Trainer later, they would silently do nothing. */
const readOnce = [
  'computeMetrics',
  'dataCollator',
  'computeLossFunc',
  'labelNames',
  'modelInit',
  'optimizers',
  'optimizerClsAndKwargs',
];

/**
 * Refuses a subclass that overrides a method which `transformers` calls and this Trainer does not:
 * it would silently never be called. The same holds for names in snake_case or with other capitals,
 * such as getTrainDataLoader.
 *
 * @throws TrainerError naming the method, or the option that was set on the Trainer
 */
export function refuseUncalledOverrides(trainer: object, base: object): void {
  for (let part: object | null = trainer; part && part !== base; part = Object.getPrototypeOf(part) as object | null) {
    for (const name of Object.getOwnPropertyNames(part)) {
      const called = camelCase(name.replace(/^_+/, ''));
      if (part === trainer && readOnce.includes(called))
        throw new TrainerError(`${nameOf(trainer)} has ${name}, which nothing reads: pass it to the constructor`);
      const isUncalled = internal.has(called) || Object.hasOwn(absentMethods, called);
      const meant = called in base ? called : overridable.find((own) => own.toLowerCase() === called.toLowerCase());
      if (!isUncalled && meant !== undefined && meant !== name)
        throw new TrainerError(
          `${nameOf(trainer)} has a method ${name}, which is never called: its name here is ${meant}`,
        );
      if (!isUncalled) continue;
      throw new TrainerError(
        `${nameOf(trainer)} overrides ${name}, which this Trainer never calls. What it calls: ${overridable.join(', ')}.`,
      );
    }
  }
}

const nameOf = (trainer: object) => trainer.constructor.name;
