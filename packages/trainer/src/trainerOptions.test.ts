import { Dataset, datasetDict } from '@attune/data';
import type { BatchArray } from '@attune/data';
import { openDevice } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import { Trainer, TrainerError, TrainingArguments } from './index.ts';
import type { ModelOutput, TrainerOptions } from './index.ts';
import { make, RegressionModel, rows } from './testing/regression.ts';

describe('new Trainer', () => {
  it.each([
    [
      { computeLossFunc: 'mse' },
      'computeLossFunc must be a function of (outputs, labels, { numItemsInBatch }); got "mse"',
    ],
    [{ preprocessLogitsForMetrics: 3 }, /preprocessLogitsForMetrics must be a function of .logits, labels.; got 3/],
    [{ optimizers: [5] }, /optimizers must be \[optimizer, scheduler\]/],
    [{ modelInit() {} }, /either model or modelInit, not both/],
    [{ tokenizer: {} }, /no option tokenizer: it is called processingClass/],
    [{ compute_metrics() {} }, /no option compute_metrics; did you mean computeMetrics\?/],
    [{ trainDatasett: [] }, /no option trainDatasett; did you mean trainDataset\?/],
    [{ trainDataset: [{ input_x: 1 }] }, /trainDataset must be a Dataset; got an array of 1: Dataset.fromRows/],
    [{ trainDataset: Promise.resolve() }, /trainDataset must be a Dataset; got a Promise; await it first/],
    [
      { trainDataset: new Set() },
      'trainDataset must be a Dataset; got a Set that can only be iterated over: collect its rows',
    ],
    [{ evalDataset: 5 }, /evalDataset must be a Dataset; got 5/],
    [{ evalDataset: null }, /evalDataset must be a Dataset; got null/],
    [{ evalDataset: { a: [], b: [] } }, /evalDataset.a must be a Dataset; got an empty array: Dataset.fromRows/],
    [
      { evalDataset: { a: Dataset.fromRows(rows), b: [] } },
      /evalDataset.b must be a Dataset; got an empty array: Dataset.fromRows/,
    ],
    [{ trainDataset: { a: Dataset.fromRows(rows) } }, /got an object with a. Choose one of them/],
    [
      { trainDataset: datasetDict({ train: Dataset.fromRows(rows) }) },
      /got a DatasetDict. Choose one of them, such as datasets.train/,
    ],
    [{ args: {} }, /args must be a TrainingArguments: new TrainingArguments/],
    [{ computeMetrics: {} }, /computeMetrics must be a function; got an empty object/],
    [{ callbacks: {} }, /callbacks must be an array of callbacks/],
    [{ dataCollator: 'pad' }, /dataCollator must be a function; got "pad"/],
    [{ processingClass: 'bert' }, /processingClass must be a tokenizer; got "bert"/],
  ])('refuses %o', async (options, message) => {
    await expect(make({}, options as unknown as TrainerOptions)).rejects.toThrow(TrainerError);
    await expect(make({}, options as unknown as TrainerOptions)).rejects.toThrow(message);
  });

  it('takes a model by its name alone', async () => {
    const model = await RegressionModel.create();
    expect(() => new Trainer(model as unknown as TrainerOptions)).toThrow(
      'new Trainer takes its options as an object, { model, args, trainDataset, … }; got a model',
    );
  });

  it('says what a model must be', () => {
    const withModel = (model: unknown) => () => new Trainer({ model } as TrainerOptions);
    expect(() => new Trainer(undefined as unknown as TrainerOptions)).toThrow(
      /takes its options as an object, \{ model/,
    );
    expect(withModel(undefined)).toThrow(
      'model must be a module whose forward(batch) returns { loss, logits }; got undefined',
    );
    expect(withModel(Promise.resolve())).toThrow(/got a Promise; await it first/);
    expect(withModel({ forward() {}, namedParameters() {} })).toThrow(/which has no device: it must extend Module/);
  });

  it('trains on the device of the model, and no other', async () => {
    const device = await openDevice();
    const model = await RegressionModel.create(device);
    const args = new TrainingArguments('unused', { maxSteps: 1, saveStrategy: 'no', disableTqdm: true });
    const trainDataset = Dataset.fromRows(rows);
    expect((await new Trainer({ model, args, trainDataset }).train()).globalStep).toBe(1);
    expect((await new Trainer({ model, args, trainDataset, device }).train()).globalStep).toBe(1);
    const elsewhere = await RegressionModel.create();
    expect(() => new Trainer({ model: elsewhere, args, trainDataset, device })).toThrow(
      /the option device is not the GPU that the model is on/,
    );
    device.destroy();
  });

  it('takes plain rows where no column is dropped', async () => {
    const plain = rows.slice(0, 8).map(({ input_x, label }) => ({ input_x, label }));
    const { trainer } = await make(
      { removeUnusedColumns: false, maxSteps: 1 },
      { trainDataset: plain as unknown as Dataset },
    );
    expect((await trainer.train()).globalStep).toBe(1);
  });
});

describe('train', () => {
  it('resumes from a path or the newest checkpoint, and begins where that is false', async () => {
    const { trainer } = await make({ maxSteps: 1 });
    expect((await trainer.train({ resumeFromCheckpoint: false })).globalStep).toBe(1);
    const given = (options: unknown) => trainer.train(options as object);
    await expect(given({ resumeFromCheckpoint: 5 })).rejects.toThrow(
      'resumeFromCheckpoint must be the path of a checkpoint, true for the newest in the output folder, false or null; got 5',
    );
    await expect(given({ resume_from_checkpoint: 'x' })).rejects.toThrow(/did you mean resumeFromCheckpoint/);
    await expect(given('checkpoint-5')).rejects.toThrow(/train takes its options as an object/);
  });

  it('refuses a batch that is a Map: it would have no rows', async () => {
    const dataCollator = () => new Map([['input_x', 1]]) as never;
    const { trainer } = await make({ maxSteps: 1 }, { dataCollator });
    await expect(trainer.train()).rejects.toThrow(/dataCollator must return a batch, .*; got a Map/);
    await expect(trainer.evaluate(Dataset.fromRows(rows))).rejects.toThrow(/got a Map/);
  });

  it('refuses label smoothing beside a loss that does not smooth', async () => {
    const computeLossFunc = ({ logits }: ModelOutput, _labels: BatchArray) => logits;
    await expect(make({ labelSmoothingFactor: 0.1 }, { computeLossFunc })).rejects.toThrow(
      /labelSmoothingFactor is 0.1, but computeLossFunc computes the loss: leave it out/,
    );
  });

  it('says which key of a batch is not an array', async () => {
    const { trainer } = await make(
      { maxSteps: 1 },
      { dataCollator: (batch) => ({ input_x: new Set(batch.map(({ input_x }) => input_x)) }) as never },
    );
    await expect(trainer.train()).rejects.toThrow(
      'dataCollator: input_x must be { data, shape }, an Int32Array or Float32Array and its shape; got a Set',
    );
  });

  it.each([
    'computeMetrics',
    'dataCollator',
    'computeLossFunc',
    'labelNames',
    'compute_metrics',
    'optimizers',
    'args',
    'model',
  ])('does not pass over %s where it is set later', async (name) => {
    const { trainer } = await make({ maxSteps: 1 }, { evalDataset: Dataset.fromRows(rows.slice(0, 4)) });
    const later = () => Object.assign(trainer, { [name]: () => ({}) });
    if (name === 'args' || name === 'model')
      return expect(later).toThrow(`a Trainer keeps its ${name}: make a new Trainer with`);
    later();
    const message = new RegExp(`Trainer has ${name}, which nothing reads: pass it to the constructor`);
    await expect(trainer.train()).rejects.toThrow(message);
    await expect(trainer.evaluate()).rejects.toThrow(TrainerError);
  });

  it('takes lists of numbers from a collator', async () => {
    const { trainer } = await make(
      { maxSteps: 1, loggingSteps: 1 },
      { dataCollator: () => ({ input_x: [1, 2], labels: [3, 4.5] }) },
    );
    await trainer.train();
    // From a = b = 0.
    expect(trainer.state.logHistory[0]?.loss).toBeCloseTo((9 + 4.5 ** 2) / 2, 5);
  });

  it('takes whole numbers of other widths, and refuses what does not fill its shape', async () => {
    const collating = (labels: unknown) =>
      make(
        { maxSteps: 1, loggingSteps: 1, trainSamplingStrategy: 'sequential', perDeviceTrainBatchSize: 2 },
        { dataCollator: () => ({ input_x: { data: Float32Array.of(1, 2), shape: [2] }, labels }) as never },
      );
    const { trainer } = await collating({ data: BigInt64Array.of(3n, 4n), shape: [2] });
    await trainer.train();
    expect(trainer.state.logHistory[0]?.loss).toBeCloseTo((9 + 16) / 2, 5);
    const short = await collating({ data: Int32Array.of(3), shape: [2] });
    await expect(short.trainer.train()).rejects.toThrow(/labels has the shape \[2\], which takes 2 numbers; it has 1/);
    const large = await collating({ data: BigInt64Array.of(3n, 2n ** 40n), shape: [2] });
    await expect(large.trainer.train()).rejects.toThrow(
      /labels holds 1099511627776, which is not a whole number of 32 bits/,
    );
  });
});
