import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { mseLoss, scale } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import { Trainer, TrainerError } from './index.ts';
import type { ComputedLoss, ComputeLossFunc, ComputeLossOptions, LogEntry, TrainableModel } from './index.ts';
import { make, rows, value } from './testing/regression.ts';

const evalDataset = Dataset.fromRows(rows).select([0, 1, 2, 3]);

describe('a subclass of Trainer', () => {
  it('is called at every extension point, as often as it runs', async () => {
    const calls: Record<string, number> = {};
    const count = (name: string) => void (calls[name] = (calls[name] ?? 0) + 1);
    const counted = [
      'getTrainDataloader',
      'getEvalDataloader',
      'createOptimizer',
      'createScheduler',
      'computeLoss',
      'trainingStep',
      'predictionStep',
      'evaluationLoop',
      'evaluate',
      'log',
      'saveModel',
    ] as const;
    class Counted extends Trainer {}
    for (const name of counted) {
      const original = Trainer.prototype[name] as (...given: unknown[]) => unknown;
      Object.defineProperty(Counted.prototype, name, {
        value(this: Trainer, ...given: unknown[]) {
          count(name);
          return original.apply(this, given);
        },
      });
    }
    const { trainer } = await make(
      {
        maxSteps: 2,
        gradientAccumulationSteps: 2,
        evalStrategy: 'steps',
        evalSteps: 2,
        saveStrategy: 'steps',
        loggingSteps: 1,
      },
      { evalDataset },
      Counted,
    );
    await trainer.train();
    expect(calls).toEqual({
      getTrainDataloader: 1,
      getEvalDataloader: 1,
      createOptimizer: 1,
      createScheduler: 1,
      computeLoss: 5,
      trainingStep: 4,
      predictionStep: 1,
      evaluationLoop: 1,
      evaluate: 1,
      log: 4,
      saveModel: 1,
    });
  });

  it('trains on a loss of its own, alone or beside the output', async () => {
    class Doubled extends Trainer {
      override computeLoss(model: TrainableModel, inputs: Batch, options: ComputeLossOptions = {}): ComputedLoss {
        const { loss, ...outputs } = model.forward(inputs, options.context);
        const doubled = loss ? scale(loss, 2) : null;
        return options.returnOutputs ? [doubled, outputs] : doubled;
      }
    }
    const plain = await make({ maxSteps: 2, loggingSteps: 1 }, { evalDataset });
    const double = await make({ maxSteps: 2, loggingSteps: 1 }, { evalDataset }, Doubled);
    await plain.trainer.train();
    await double.trainer.train();
    const [once, twice] = [plain.trainer.state.logHistory[0], double.trainer.state.logHistory[0]];
    expect(twice?.loss).toBeCloseTo(2 * (once?.loss ?? NaN), 5);
    expect(twice?.grad_norm).toBeCloseTo(2 * (once?.grad_norm ?? NaN), 4);
    // Adam's update does not depend on the size of the loss.
    expect(await value(double.model.a)).toBeCloseTo(await value(plain.model.a), 6);
    const before = await plain.trainer.evaluate();
    expect((await double.trainer.evaluate()).eval_loss).toBeCloseTo(2 * (before.eval_loss ?? NaN), 4);
  });

  it('may change the schedule, the batches and the log', async () => {
    class Own extends Trainer {
      override createScheduler() {
        return (step: number) => (step === 0 ? 0.25 : 0.5);
      }

      override getTrainDataloader() {
        return [
          { input_x: { data: Float32Array.of(1, 2), shape: [2] }, labels: { data: Float32Array.of(1, 2), shape: [2] } },
        ];
      }

      override async log(logs: LogEntry): Promise<void> {
        await super.log({ ...logs, mine: 1 });
      }
    }
    const { trainer } = await make({ numTrainEpochs: 2, loggingSteps: 1 }, {}, Own as unknown as typeof Trainer);
    expect((await trainer.train()).globalStep).toBe(2);
    expect(trainer.state.logHistory.map(({ learning_rate }) => learning_rate)).toEqual([0.25, 0.5, undefined]);
    expect(trainer.state.logHistory.every(({ mine }) => mine === 1)).toBe(true);
  });

  it.each([
    [
      'createOptimizerAndScheduler',
      /overrides createOptimizerAndScheduler, which this Trainer never calls. What it calls:/,
    ],
    ['_save_checkpoint', /overrides _save_checkpoint, which/],
    ['getTrainDataLoader', /getTrainDataLoader, which is never called: its name here is getTrainDataloader/],
    ['compute_loss', /has a method compute_loss, which is never called: its name here is computeLoss/],
  ])('is refused when it overrides %s', async (name, message) => {
    class Silent extends Trainer {}
    Object.defineProperty(Silent.prototype, name, { value() {} });
    await expect(make({}, {}, Silent)).rejects.toThrow(TrainerError);
    await expect(make({}, {}, Silent)).rejects.toThrow(message);
  });

  it.each([
    [
      'computeLoss',
      () => Promise.resolve(null),
      'computeLoss must return the loss, a Tensor of shape [], or [loss, outputs] with returnOutputs; got a Promise: it must not be async',
    ],
    [
      'computeLoss',
      () => 0.5,
      'computeLoss must return the loss, a Tensor of shape [], or [loss, outputs] with returnOutputs; got 0.5',
    ],
    [
      'trainingStep',
      () => undefined,
      'trainingStep must return the loss, a Tensor of shape [], or null; got undefined',
    ],
    ['trainingStep', () => null, /the batch has labels \("labels"\), but no loss/],
    [
      'trainingStep',
      function (this: Trainer, ...given: Parameters<Trainer['computeLoss']>) {
        return this.computeLoss(...given);
      },
      /trainingStep returned a loss, but did not call the backward\(loss\) that it is given/,
    ],
    ['createScheduler', () => 0.1, /createScheduler: what it returns must be a function from a step/],
    ['createOptimizer', () => null, /createOptimizer: what it returns must be an Optimizer; got null/],
    [
      'getTrainDataloader',
      () => 5,
      'getTrainDataloader must return a DataLoader: batches to iterate over, and their number as length; got 5',
    ],
  ])('is told that %s returned something wrong', async (name, method, message) => {
    class Wrong extends Trainer {}
    Object.defineProperty(Wrong.prototype, name, { value: method });
    const { trainer } = await make({ maxSteps: 1 }, {}, Wrong);
    await expect(trainer.train()).rejects.toThrow(message);
  });

  it.each([
    [
      'predictionStep',
      () => ({}),
      'predictionStep must return [loss, logits, labels]: two Tensors and an array of the batch (or arrays of such), null for what is missing; got an empty object',
    ],
    [
      'predictionStep',
      () => [null, 5, null],
      'predictionStep must return [loss, logits, labels]: two Tensors and an array of the batch (or arrays of such), null for what is missing; got an array of 3',
    ],
    [
      'evaluationLoop',
      () => ({}),
      /evaluationLoop: what it returns must be \{ predictions, labelIds, metrics, numSamples \}/,
    ],
  ])('is told that %s returned something wrong', async (name, method, message) => {
    class Wrong extends Trainer {}
    Object.defineProperty(Wrong.prototype, name, { value: method });
    const { trainer } = await make({}, { evalDataset }, Wrong);
    await expect(trainer.evaluate()).rejects.toThrow(message);
  });
});

describe('functions in place of a subclass', () => {
  const ownLoss: ComputeLossFunc = ({ logits }, labels, { numItemsInBatch }) =>
    scale(mseLoss(logits, Float32Array.from(labels.data), { factor: 1 / (numItemsInBatch ?? labels.data.length) }), 2);

  it('computeLossFunc gives the loss, accumulated as the large batch', async () => {
    const plain = await make({ maxSteps: 2, loggingSteps: 1 }, { evalDataset });
    const whole = await make({ maxSteps: 2, loggingSteps: 1 }, { evalDataset, computeLossFunc: ownLoss });
    const cut = await make(
      { maxSteps: 2, loggingSteps: 1, perDeviceTrainBatchSize: 2, gradientAccumulationSteps: 4 },
      { evalDataset, computeLossFunc: ownLoss },
    );
    for (const { trainer } of [plain, whole, cut]) await trainer.train();
    const losses = [plain, whole, cut].map(({ trainer }) => trainer.state.logHistory[0]?.loss ?? NaN);
    expect(losses[1]).toBeCloseTo(2 * (losses[0] ?? NaN), 5);
    expect(losses[2]).toBeCloseTo(losses[1] ?? NaN, 5);
    const evaluated = (await plain.trainer.evaluate()).eval_loss ?? NaN;
    expect((await whole.trainer.evaluate()).eval_loss).toBeCloseTo(2 * evaluated, 4);
  });

  it('preprocessLogitsForMetrics decides what metrics and predictions get', async () => {
    let seen: readonly number[] = [];
    const { trainer } = await make(
      {},
      {
        evalDataset,
        preprocessLogitsForMetrics: (logits) => logits.argmax(-1),
        computeMetrics: ({ predictions }) => {
          seen = predictions.shape;
          return {};
        },
      },
    );
    await trainer.evaluate();
    expect(seen).toEqual([4]);
    const { predictions } = await trainer.predict(evalDataset);
    expect(predictions.data).toEqual(new Int32Array(4));
  });

  it('are told that they returned something wrong', async () => {
    const wrong = await make({ maxSteps: 1 }, { computeLossFunc: ((_outputs: unknown) => 0.5) as never });
    await expect(wrong.trainer.train()).rejects.toThrow(
      'computeLossFunc must return the loss, a Tensor of shape []; got 0.5',
    );
    const later = await make(
      {},
      { evalDataset, preprocessLogitsForMetrics: ((_logits: unknown) => Promise.resolve()) as never },
    );
    await expect(later.trainer.predict(evalDataset)).rejects.toThrow(
      /preprocessLogitsForMetrics must return a Tensor, or an array of them; got a Promise/,
    );
  });
});
