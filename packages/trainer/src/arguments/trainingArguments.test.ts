import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { TrainingArgumentsError } from '../errors.ts';
import { defaultArguments } from './defaults.ts';
import { makeTrainingPlan } from '../training/trainingPlan.ts';
import { TrainingArguments } from './trainingArguments.ts';

describe('TrainingArguments', () => {
  it('has the defaults of transformers', () => {
    const args = new TrainingArguments('out');
    expect({ ...args }).toEqual({ outputDir: 'out', ...defaultArguments, reportTo: [] });
    expect(args.learningRate).toBe(5e-5);
    expect(args.perDeviceTrainBatchSize).toBe(8);
    expect(args.numTrainEpochs).toBe(3);
  });

  it('keeps the snake_case names of transformers in files', () => {
    expect(new TrainingArguments('out', { adamBeta1: 0.8 }).toJSON()).toMatchObject({
      output_dir: 'out',
      per_device_train_batch_size: 8,
      adam_beta1: 0.8,
      lr_scheduler_type: 'linear',
    });
    const { lr_scheduler_kwargs: kwargs } = new TrainingArguments('out', {
      lrSchedulerType: 'warmup_stable_decay',
      lrSchedulerKwargs: { numDecaySteps: 2, minLrRatio: 0.1 },
    }).toJSON();
    expect(kwargs).toEqual({ min_lr_ratio: 0.1, num_decay_steps: 2 });
  });

  it('evaluates as often as it logs where evalSteps is left out, as transformers does', () => {
    const evalSteps = (options: ConstructorParameters<typeof TrainingArguments>[1]) =>
      new TrainingArguments('out', options).evalSteps;
    expect(evalSteps({ evalStrategy: 'steps', loggingSteps: 0.34 })).toBe(0.34);
    expect(evalSteps({ evalStrategy: 'epoch', loggingSteps: 7 })).toBeNull();
  });

  it('never ignores an argument', () => {
    const make = (options: Record<string, unknown>) => () => new TrainingArguments('out', options);
    expect(make({ torchCompile: true })).toThrow(/torchCompile = true is not supported: kernels are compiled/);
    expect(make({ torchCompile: false, bf16: false })).not.toThrow();
    expect(make({ bf16: true })).toThrow(/bf16 = true is not possible: WebGPU shaders have no bfloat16; use fp16/);
    expect(make({ evaluationStrategy: 'epoch' })).toThrow(/now called evalStrategy/);
    expect(make({ evaluation_strategy: 'epoch' })).toThrow(/now called evalStrategy/);
    expect(make({ learning_rate: 1 })).toThrow(/camelCase: learningRate/);
    expect(make({ learningrate: 1 })).toThrow(/there is no training argument learningrate/);
    expect(make({ loadBestModelAtEnd: true })).toThrow(TrainingArgumentsError);
    expect(make({ groupByLength: true })).toThrow(
      /groupByLength is now called trainSamplingStrategy: 'group_by_length'/,
    );
    expect(make({ reportTo: [] })).not.toThrow();
    expect(make({ reportTo: ['wandb'] })).toThrow(/reportTo/);
    expect(make({ reportTo: [['tensorboard']] as never })).toThrow(/reportTo/);
    expect(make({ doTrain: true })).toThrow(/doTrain has no effect here: call trainer.train\(\)/);
    expect(make({ hubToken: 'hf_secret' })).toThrow(
      'hubToken = … is not supported: training uploads nothing; call saveModel() and createModelCard(), then npx @huggingface/hub upload user/name FOLDER. Leave it out',
    );
    expect(make({ constructor: 1 })).toThrow(/there is no training argument constructor/);
  });

  it.each([
    [{ fp16: 'O1' as unknown as boolean }, /fp16 must be true or false; got "O1"/],
    [{ perDeviceTrainBatchSize: 0 }, /perDeviceTrainBatchSize must be a whole number of at least 1; got 0/],
    [{ numTrainEpochs: -1 }, /numTrainEpochs/],
    [{ learningRate: Number.NaN }, /learningRate/],
    [{ loggingSteps: 0 }, /loggingSteps must be above 0 when loggingStrategy/],
    [{ warmupSteps: 1.5 }, /warmupSteps/],
    [{ labelSmoothingFactor: 1 }, /labelSmoothingFactor/],
    [{ seed: -1 }, /seed/],
    [{ evalStrategy: 'epochs' as 'epoch' }, /evalStrategy must be one of 'no', 'steps', 'epoch'; got "epochs"/],
    [{ saveTotalLimit: 0 }, /saveTotalLimit/],
    [{ learningRate: Infinity }, /learningRate must be a number of at least 0; got Infinity/],
    [
      { evalSteps: 0 },
      'evalSteps must be a whole number of steps from 1, or a fraction of all steps below 1, or null; got 0',
    ],
    [{ maxSteps: 0 }, /maxSteps must be above 0, or -1/],
    [{ saveStrategy: 'beste' as 'best' }, `saveStrategy must be one of 'no', 'steps', 'epoch', 'best'; got "beste"`],
    [{ lrSchedulerType: 'linaer' as 'linear' }, /there is no schedule linaer; there are constant/],
    [{ lrSchedulerType: 'greedy' as 'linear' }, /'greedy' is not supported yet/],
    [{ lrSchedulerKwargs: { numCycles: 2 } }, /the schedule linear has no option numCycles/],
    [
      { lrSchedulerType: 'cosine' as const, lrSchedulerKwargs: { numCycles: NaN } },
      'lrSchedulerKwargs.numCycles must be a finite number or a string; got NaN',
    ],
    [{ labelNames: ['labels', 'labels'] }, /labelNames must be an array of names of batch keys, each once/],
    [{ includeForMetrics: ['input'] as never }, "includeForMetrics must be an array of 'inputs' and 'loss'"],
    [{ evalAccumulationSteps: 0 }, 'evalAccumulationSteps must be a whole number of at least 1, or null; got 0'],
    [
      { evalStrategy: 'steps' as const, loggingStrategy: 'no' as const, loggingSteps: 0 },
      /neither evalSteps nor loggingSteps/,
    ],
  ])('refuses %o', (options, message) => {
    expect(() => new TrainingArguments('out', options)).toThrow(message);
  });
});

describe('an argument that is assigned', () => {
  it('is refused', () => {
    const args = new TrainingArguments('out');
    const assign = (options: object) => () => Object.assign(args, options);
    expect(assign({ learningRate: 'fast' })).toThrow(
      /^args.learningRate = "fast": arguments do not change once they are made; pass them to new TrainingArguments\(outputDir/,
    );
    expect(assign({ learningrate: 1 })).toThrow(
      /there is no training argument learningrate; did you mean learningRate/,
    );
    expect(assign({ outputDir: 'b' })).toThrow(/args.outputDir = "b": arguments do not change/);
    expect(() => Object.assign(args.withTrainBatchSize(2), { seed: 1 })).toThrow(/args.seed = 1/);
    expect(args).toMatchObject({ learningRate: 5e-5, outputDir: 'out' });
  });

  it('may be a new one of a subclass', () => {
    class Mine extends TrainingArguments {
      declare note: string;

      constructor() {
        super('out');
        this.note = 'my';
        this.note += 'self';
      }
    }
    expect(new Mine().note).toBe('myself');
    expect(() => Object.assign(new Mine(), { seed: 1 })).toThrow(/args.seed = 1/);
  });
});

describe('outputDir', () => {
  it('may begin in the home folder', () => {
    expect(new TrainingArguments('~/runs').outputDir).toBe(`${homedir()}/runs`);
    expect(new TrainingArguments('~').outputDir).toBe(homedir());
    expect(new TrainingArguments('a~/b').outputDir).toBe('a~/b');
  });

  it.each([[5], [''], [{ outputDir: 'x' }], [null]])('is no %o', (outputDir) => {
    expect(() => new TrainingArguments(outputDir as string)).toThrow(/outputDir must be the name of a folder; got/);
  });
});

describe('makeTrainingPlan', () => {
  const plan = (options: ConstructorParameters<typeof TrainingArguments>[1], batches: number) =>
    makeTrainingPlan(new TrainingArguments('out', options), batches);

  it('counts steps as transformers does', () => {
    expect(plan({}, 459)).toMatchObject({ stepsPerEpoch: 459, maxSteps: 1377, numTrainEpochs: 3, loggingSteps: 500 });
    expect(plan({ numTrainEpochs: 0.3 }, 4)).toMatchObject({ maxSteps: 2, numTrainEpochs: 1 });
    expect(plan({ numTrainEpochs: 2.5 }, 4)).toMatchObject({ maxSteps: 10, numTrainEpochs: 3 });
    expect(plan({ maxSteps: 3 }, 4)).toMatchObject({ maxSteps: 3, numTrainEpochs: 1 });
    expect(plan({ gradientAccumulationSteps: 3 }, 8)).toMatchObject({ stepsPerEpoch: 3, maxSteps: 9 });
    expect(plan({ gradientAccumulationSteps: 8 }, 3)).toMatchObject({ stepsPerEpoch: 1 });
  });

  it('takes parts of all steps below 1', () => {
    expect(
      plan({ maxSteps: 100, loggingSteps: 0.1, evalSteps: 0.2, saveSteps: 0.5, warmupSteps: 0.055 }, 7),
    ).toMatchObject({
      loggingSteps: 10,
      evalSteps: 20,
      saveSteps: 50,
      warmupSteps: 6,
    });
    expect(plan({ loggingSteps: 7, evalStrategy: 'steps' }, 7).evalSteps).toBe(7);
    // As transformers writes it into trainer_state.json where nothing is evaluated by steps.
    expect(plan({ loggingSteps: 7 }, 7).evalSteps).toBe(500);
  });
});
