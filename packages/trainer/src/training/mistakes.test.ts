import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { mul } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import { EvalPrediction, Trainer, TrainingArguments } from '../index.ts';
import type { EvalDataset } from '../data/trainerDataset.ts';
import type { ModelOutput, TrainerCallback, TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { folder, make, RegressionModel, rows } from '../testing/regression.ts';

/** Refuses whole labels, with the row of the batch, as the models of @attune/bert do. */
class Strict extends RegressionModel {
  override forward(batch: Batch): ModelOutput {
    const row = batch['labels']?.data.findIndex((label) => Number.isInteger(label)) ?? -1;
    if (row >= 0) throw Object.assign(new Error(`the label of row ${row} is whole.`), { row });
    return super.forward(batch);
  }
}

const dataset = (wrong: number, value: unknown) =>
  Dataset.fromRows(Array.from({ length: 20 }, (_, i) => ({ input_x: i / 7, label: i === wrong ? value : i + 0.5 })));

async function strict(options: Partial<TrainerOptions>) {
  const { a, b } = await RegressionModel.create();
  return (await make({ perDeviceTrainBatchSize: 4, maxSteps: 5 }, { model: new Strict(a, b), ...options })).trainer;
}

describe('a row that a model refuses', () => {
  it('is named by its place in the dataset, whatever the order', async () => {
    const trainer = await strict({ trainDataset: dataset(13, 13) });
    await expect(trainer.train()).rejects.toThrow(/row \d is whole\. It is row 13 of the training dataset\.$/);
  });

  it('of an evaluation too', async () => {
    const trainer = await strict({ evalDataset: dataset(17, 17) });
    await expect(trainer.evaluate()).rejects.toThrow('row 1 is whole. It is row 17 of the evaluation dataset.');
  });

  it('and of a batch that cannot be made', async () => {
    const mixed = Dataset.fromRows(
      Array.from({ length: 20 }, (_, i) => ({ input_x: i / 7, label: i === 13 ? [1, 2] : [i] })),
    );
    const { trainer } = await make({ perDeviceTrainBatchSize: 20 }, { trainDataset: mixed });
    await expect(trainer.train()).rejects.toThrow(/It is row \d+ of the dataset\.$/);
  });
});

it('labels that a model counts none of, and reads under another name, are an error', async () => {
  const { a, b } = await RegressionModel.create();
  const model = Object.assign(new RegressionModel(a, b), {
    countLabels: ({ labels }: Batch) => labels?.data.length ?? 0,
  });
  const trainDataset = Dataset.fromRows(rows.map(({ input_x, label }) => ({ input_x, target: label })));
  const { trainer } = await make({ labelNames: ['target'], maxSteps: 1 }, { model, trainDataset });
  await expect(trainer.train()).rejects.toThrow(
    'labels ("target"), but no loss: RegressionModel.forward must return { loss, logits }, or your own computeLoss must return the loss. A model may read its labels under another name',
  );
});

describe('a dataset that cannot be evaluated', () => {
  const evaluated = async (evalDataset: EvalDataset, options: Partial<TrainingArgumentsOptions> = {}) => {
    const { trainer } = await make({ evalStrategy: 'epoch', ...options }, { evalDataset });
    const error = await trainer.train().then(
      () => null,
      (reason: unknown) => (reason as Error).message,
    );
    expect(trainer.state.globalStep).toBe(0);
    return error;
  };

  it('is told before the first step', async () => {
    const words = Dataset.fromRows([{ word: 'a', label: 1 }]);
    const known = Dataset.fromRows(rows.slice(0, 3));
    expect(await evaluated(words)).toMatch(
      /the evaluation dataset has no column that the model reads: it has word, label/,
    );
    expect(await evaluated({ known, words })).toMatch(/has no column that the model reads/);
    expect(await evaluated(known.select([]))).toBe('the evaluation dataset has no rows');
    expect(await evaluated(known, { dataloaderDropLast: true })).toMatch(/getEvalDataloader gives no batch/);
  });
});

describe('a loss of several numbers', () => {
  it('of computeLossFunc', async () => {
    const { trainer } = await make({ maxSteps: 1 }, { computeLossFunc: (outputs) => outputs.logits });
    await expect(trainer.train()).rejects.toThrow(
      'computeLossFunc must return the loss, a Tensor of shape []; got one of the shape [8, 1]: take its mean',
    );
  });

  it('of computeLoss', async () => {
    class Each extends Trainer {
      override computeLoss(...[model, inputs, { context } = {}]: Parameters<Trainer['computeLoss']>) {
        return mul(model.forward(inputs, context).logits, 2);
      }
    }
    const { trainer } = await make({ maxSteps: 1 }, {}, Each);
    await expect(trainer.train()).rejects.toThrow('computeLoss must return the loss, a Tensor of shape []; got one of');
  });
});

describe('metrics that cannot be logged', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['own'] = cyclic;
  it.each([
    ['a Map', new Map([['a', 1]]), 'must return an object of metrics, { accuracy: 0.5 }; got a Map'],
    ['a Map in them', { a: new Map([['a', 1]]) }, 'the metric a must be a number, a string'],
    ['a Date', { a: new Date(0) }, 'the metric a must be a number, a string'],
    ['what holds itself', { a: cyclic }, 'the metric a is nested more than 100 levels deep'],
  ])('%s', async (_, computed, message) => {
    const { trainer } = await make(
      {},
      { evalDataset: Dataset.fromRows(rows), computeMetrics: () => computed as never },
    );
    await expect(trainer.evaluate()).rejects.toThrow(message);
  });

  it('and label_ids say what they are called', async () => {
    const computeMetrics = ({ label_ids: ids }: { label_ids?: { length: number } }) => ({ rows: ids!.length });
    const { trainer } = await make(
      {},
      { evalDataset: Dataset.fromRows(rows), computeMetrics: computeMetrics as TrainerOptions['computeMetrics'] & {} },
    );
    await expect(trainer.evaluate()).rejects.toThrow('an EvalPrediction has no label_ids: it is called labelIds');
    expect(Object.keys(EvalPrediction.prototype)).toEqual([]);
  });
});

describe('a name of Python', () => {
  it('says what it is called here', async () => {
    const { trainer } = await make({ maxSteps: 1 }, { evalDataset: Dataset.fromRows(rows) });
    const output = await trainer.train();
    const predicted = await trainer.predict(Dataset.fromRows(rows));
    const { state, control, args } = trainer;
    expect([...output]).toEqual([1, output.trainingLoss, output.metrics]);
    expect(Object.keys(output)).toEqual(['globalStep', 'trainingLoss', 'metrics']);
    for (const [owner, name, own] of [
      [output, 'training_loss', 'a TrainOutput has no training_loss: it is called trainingLoss'],
      [output, '2', 'a TrainOutput has no 2: it is called metrics'],
      [predicted, 'label_ids', 'a PredictionOutput has no label_ids: it is called labelIds'],
      [state, 'log_history', 'a TrainerState has no log_history: it is called logHistory'],
      [control, 'should_save', 'a TrainerControl has no should_save: it is called shouldSave'],
      [args, 'learning_rate', 'TrainingArguments have no learning_rate: it is called learningRate'],
      [trainer, 'train_dataset', 'a Trainer has no train_dataset: it is called trainDataset'],
      [trainer, 'save_metrics', 'a Trainer has no save_metrics: it is called saveMetrics'],
    ] as const)
      expect(() => (owner as unknown as Record<string, unknown>)[name]).toThrow(own);
  });
});

describe('a flag that there is not', () => {
  it.each([
    ['shouldStop', true, 'onStepEnd: a callback set control.shouldStop: there is no flag shouldStop; did you mean'],
    ['should_training_stop', true, 'a TrainerControl has no should_training_stop: it is called shouldTrainingStop'],
    ['stop', true, 'there is no flag stop; there are shouldTrainingStop, shouldEpochStop'],
    ['shouldTrainingStop', 'yes', 'control.shouldTrainingStop: a flag is true or false; got "yes"'],
  ])('%s', async (name, value, message) => {
    const callback: TrainerCallback = {
      onStepEnd: (_args, _state, control) => void Object.assign(control, { [name]: value }),
    };
    const { trainer } = await make({ maxSteps: 2 }, { callbacks: [callback] });
    await expect(trainer.train()).rejects.toThrow(message);
  });
});

it.each([NaN, -1, undefined, '5e-5'])('a schedule that gives %s', async (rate) => {
  class Own extends Trainer {
    override createScheduler() {
      return (step: number) => (step < 3 ? 0.1 : (rate as number));
    }
  }
  const { trainer } = await make({ maxSteps: 5 }, {}, Own);
  await expect(trainer.train()).rejects.toThrow(
    /createScheduler: the learning rate of step 3 must be a number of at least 0; got/,
  );
});

it.each([
  ['lr', 'learningRate'],
  ['epochs', 'numTrainEpochs'],
  ['batchSize', 'perDeviceTrainBatchSize'],
  ['batch_size', 'perDeviceTrainBatchSize'],
])('the argument %s says what it is called', (name, own) => {
  expect(() => new TrainingArguments('x', { [name]: 1 })).toThrow(own);
});

it('an output folder is not a checkpoint, and says which it holds', async () => {
  const { trainer } = await make({ maxSteps: 4, saveStrategy: 'steps', saveSteps: 2 });
  await trainer.train();
  const { trainer: again } = await make({ maxSteps: 6 });
  await expect(again.train({ resumeFromCheckpoint: folder() })).rejects.toThrow(
    /is not a checkpoint, but contains some: name one of checkpoint-2, checkpoint-4/,
  );
});

describe('methods that a run calls, called by hand without what it passes', () => {
  it.each<[string, (trainer: Trainer) => unknown, string]>([
    [
      'getEvalDataloader',
      (trainer) => trainer.getEvalDataloader('x' as never),
      'evalDataset must be a Dataset; got "x"',
    ],
    ['getTestDataloader', (trainer) => trainer.getTestDataloader(undefined as never), 'testDataset must be a Dataset'],
    ['createScheduler', (trainer) => trainer.createScheduler(undefined as never), 'input must be an object'],
    [
      'createOptimizer',
      (trainer) => trainer.createOptimizer(undefined as never),
      'input must be { model, learningRates }',
    ],
    ['computeLoss', (trainer) => trainer.computeLoss(trainer.model, undefined as never), 'inputs must be a batch'],
    [
      'trainingStep',
      (trainer) => trainer.trainingStep(trainer.model, {}, undefined as never),
      'options must be { numItems',
    ],
    ['predictionStep', (trainer) => trainer.predictionStep(trainer.model, null as never), 'inputs must be a batch'],
    ['evaluationLoop', (trainer) => trainer.evaluationLoop([], undefined as never), 'options must be an object'],
  ])('%s', async (name, call, message) => {
    const { trainer } = await make();
    await expect((async () => call(trainer))()).rejects.toThrow(`${name}: ${message}`);
  });
});
