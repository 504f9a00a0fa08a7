import { TrainerError } from './errors.ts';

/** Methods of `transformers.Trainer` that a subclass may override there, and that are not called here. */
const uncalled: ReadonlySet<string> = new Set([
  'autocastSmartContextManager',
  'callModelInit',
  'compareTrainerAndCheckpointArgs',
  'computeLossContextManager',
  'createAcceleratorAndPostprocess',
  'createModelCard',
  'createOptimizerAndScheduler',
  'determineBestMetric',
  'finalizeTraining',
  'floatingPointOps',
  'getBatchSamples',
  'getCollatorWithRemovedColumns',
  'getDataloader',
  'getDecayParameterNames',
  'getEvalSampler',
  'getLearningRates',
  'getNumTrainableParameters',
  'getOptimizerClsAndKwargs',
  'getOptimizerGroup',
  'getOutputDir',
  'getTotalTrainBatchSize',
  'getTrainSampler',
  'hyperparameterSearch',
  'initHfRepo',
  'initTrainingState',
  'innerTrainingLoop',
  'isLocalProcessZero',
  'isWorldProcessZero',
  'issueWarningsAfterLoad',
  'loadBestModel',
  'loadFromCheckpoint',
  'loadOptimizerAndScheduler',
  'loadRngState',
  'loadScaler',
  'maybeLogSaveEvaluate',
  'metricsFormat',
  'nestedGather',
  'numExamples',
  'numTokens',
  'prepareForTraining',
  'prepareInput',
  'prepareInputs',
  'predictionLoop',
  'preprocessLogitsForMetrics',
  'propagateArgsToDeepspeed',
  'pushFromCheckpoint',
  'pushToHub',
  'removeUnusedColumns',
  'rotateCheckpoints',
  'runEpoch',
  'save',
  'saveCheckpoint',
  'saveOptimizerAndScheduler',
  'saveRngState',
  'saveScaler',
  'setInitialTrainingValues',
  'setSignatureColumnsIfNeeded',
  'sortedCheckpoints',
  'storeFlos',
  'wrapModel',
]);

const camelCase = (name: string) =>
  name.replace(/^_+/, '').replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Refuses a subclass whose method has a name that `transformers` calls and this Trainer does not:
 * it would wait in silence for a call that never comes. So would one in snake_case.
 *
 * @throws TrainerError naming the method
 */
export function refuseUncalledOverrides(trainer: object, base: object): void {
  for (let part: object | null = trainer; part && part !== base; part = Object.getPrototypeOf(part) as object | null) {
    for (const name of Object.getOwnPropertyNames(part)) {
      const called = camelCase(name);
      if (called !== name && called in base)
        throw new TrainerError(
          `${nameOf(trainer)} has a method ${name}, which is never called: its name here is ${called}`,
        );
      if (!uncalled.has(called)) continue;
      throw new TrainerError(
        `${nameOf(trainer)} overrides ${name}, which this Trainer never calls. What it calls: getTrainDataloader, ` +
          'getEvalDataloader, getTestDataloader, createOptimizer, createScheduler, computeLoss, trainingStep, predictionStep, ' +
          'evaluationLoop, evaluate, log, saveModel',
      );
    }
  }
}

const nameOf = (trainer: object) => trainer.constructor.name;
