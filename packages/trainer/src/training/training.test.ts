import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { DeviceLostError, mseLoss, OutOfMemoryError, openDevice } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import { largestBatchLengths } from '../data/largestBatch.ts';
import { BatchTooLargeError, Trainer, TrainingArguments } from '../index.ts';
import type { ComputedLoss, ComputeLossOptions, ForwardContext, ModelOutput, TrainableModel } from '../index.ts';
import { findingWhatFits } from '../step/batchMemory.ts';
import { countLabels } from '../step/labels.ts';
import { withLengths, withRows } from '../step/sampleBatches.ts';
import { make, RegressionModel, rows, value } from '../testing/regression.ts';
import { interruptionInWords } from '../platform/interruptionWords.ts';
import { withPlace } from './failures.ts';

/** Learns from rows whose label is not -100. */
class Masked extends RegressionModel {
  override forward(batch: Batch, context: ForwardContext = {}): ModelOutput {
    const { labels, ...inputs } = batch;
    const { logits } = super.forward(inputs);
    const data = [...(labels?.data ?? [])];
    if (data.every((label) => label === -100)) return { logits };
    const weight = 1 / (context.numItemsInBatch ?? data.length);
    return { logits, loss: mseLoss(logits, Float32Array.from(data), { factor: weight }) };
  }
}

const masked = async (...labels: number[]) => {
  const { a, b } = await RegressionModel.create();
  const trainDataset = Dataset.fromRows(labels.map((label, row) => ({ input_x: row + 0.5, label })));
  const { trainer } = await make(
    {
      perDeviceTrainBatchSize: 2,
      gradientAccumulationSteps: 2,
      maxSteps: 1,
      loggingSteps: 1,
      trainSamplingStrategy: 'sequential',
    },
    { model: new Masked(a, b), trainDataset },
  );
  await trainer.train();
  return { loss: trainer.state.logHistory[0]?.loss, a: await value(a), b: await value(b) };
};

describe('rows without a label', () => {
  it('add nothing as a micro-batch, and training continues', async () => {
    // Two rows of labels 3 and 4 from a = b = 0.
    expect((await masked(-100, -100, 3, 4)).loss).toBeCloseTo((9 + 16) / 2, 5);
  });

  it('give a step of the loss 0 and no gradient where there is no other', async () => {
    expect(await masked(-100, -100, -100, -100)).toEqual({ loss: 0, a: 0, b: 0 });
  });

  it('are counted by the model, or are those of -100', async () => {
    const model = await RegressionModel.create();
    const batch = { labels: { data: Int32Array.of(-1, 0, -100, 2), shape: [4] } };
    expect(countLabels(model, batch, ['labels'])).toBe(3);
    expect(countLabels(model, { labels: { data: Float32Array.of(-100, 1), shape: [1, 2] } }, ['labels'])).toBe(1);
    expect(countLabels(model, {}, ['labels'])).toBe(0);
    expect(countLabels(Object.assign(model, { countLabels: () => 7 }), batch, ['labels'])).toBe(7);
  });
});

/** Sums an own loss and divides it as it is told, like every loss of accumulated batches. */
class NoLabels extends Trainer {
  override computeLoss(model: TrainableModel, inputs: Batch, options: ComputeLossOptions = {}): ComputedLoss {
    const { logits } = model.forward(inputs, options.context);
    const target = new Float32Array(logits.size).fill(2);
    return mseLoss(logits, target, { factor: 1 / (options.numItemsInBatch ?? logits.size) });
  }
}

describe('a loss is of one example', () => {
  const lossOf = async (...[args, more, TrainerClass]: Parameters<typeof make>) => {
    const { trainer } = await make({ maxSteps: 1, loggingSteps: 1, ...args }, more, TrainerClass);
    await trainer.train();
    return trainer.state.logHistory[0]?.loss;
  };

  it('where labelNames name none of the labels that the model reads', async () => {
    const loss = await lossOf();
    for (const labelNames of [[], ['target'], ['labels', 'target']]) expect(await lossOf({ labelNames })).toBe(loss);
  });

  it('where rows have no labels at all', async () => {
    const trainDataset = Dataset.fromRows(rows.map(({ input_x }) => ({ input_x })));
    const accumulated = { gradientAccumulationSteps: 4, perDeviceTrainBatchSize: 2 };
    // From a = b = 0 each row is 2 from its target.
    for (const args of [{}, accumulated]) expect(await lossOf(args, { trainDataset }, NoLabels)).toBeCloseTo(4, 5);
  });
});

it('a run of more steps than the GPU holds rates of is refused', async () => {
  for (const args of [{ maxSteps: 1e10 }, { numTrainEpochs: 1e12 }]) {
    const { trainer } = await make(args);
    await expect(trainer.train()).rejects.toThrow(
      /the run would have \d+ steps, and the GPU holds the learning rates of \d+ at most: lower maxSteps/,
    );
  }
});

describe('two runs at once', () => {
  const losses = (trainer: Trainer) => trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);

  it('give the bits that each gives alone, on one device and on two', async () => {
    const other = await openDevice();
    const run = async (seed: number, own = false) => {
      const model = await RegressionModel.create(own ? other : undefined);
      const { trainer } = await make({ seed, loggingSteps: 1 }, { model });
      return { trainer, model };
    };
    const alone = await run(42);
    await alone.trainer.train();
    const differs = await run(7);
    await differs.trainer.train();
    const [same, again, seven, elsewhere] = await Promise.all([run(42), run(42), run(7), run(42, true)]);
    const evaluated = alone.trainer.evaluate(Dataset.fromRows(rows));
    await Promise.all([same.trainer.train(), again.trainer.train(), seven.trainer.train(), elsewhere.trainer.train()]);
    await evaluated;
    for (const { trainer, model } of [same, again, elsewhere]) {
      expect(losses(trainer)).toEqual(losses(alone.trainer));
      expect(await value(model.a)).toBe(await value(alone.model.a));
    }
    expect(losses(seven.trainer)).toEqual(losses(differs.trainer));
    expect(losses(seven.trainer)).not.toEqual(losses(alone.trainer));
    other.destroy();
  });

  it('are refused for one model, and the first continues unharmed', async () => {
    const { model, trainer } = await make({ maxSteps: 3 });
    const first = trainer.train();
    await expect(trainer.train()).rejects.toThrow(/this model is already being trained/);
    const { trainer: second } = await make({}, { model });
    await expect(second.train()).rejects.toThrow(/this model is already being trained/);
    expect((await first).globalStep).toBe(3);
    expect((await trainer.train()).globalStep).toBe(3);
  });

  it('do not see that their model is evaluated meanwhile', async () => {
    const alone = await make({ loggingSteps: 1 });
    await alone.trainer.train();
    const watched = await make({ loggingSteps: 1 }, { evalDataset: Dataset.fromRows(rows) });
    const modes: boolean[] = [];
    watched.trainer.addCallback({ onStepEnd: () => void modes.push(watched.model.training) });
    const training = watched.trainer.train();
    await watched.trainer.evaluate();
    await training;
    expect(await value(watched.model.a)).toBe(await value(alone.model.a));
    expect(modes).toEqual(Array<boolean>(24).fill(true));
  });
});

describe('a batch that the GPU cannot hold', () => {
  it('is an error with the argument to lower, and to what', () => {
    const args = new TrainingArguments('unused', {
      perDeviceTrainBatchSize: 64,
      perDeviceEvalBatchSize: 64,
      gradientAccumulationSteps: 2,
    });
    const batch = { input_ids: { data: new Int32Array(64 * 10), shape: [64, 10] } };
    const tried: number[] = [];
    const missing = { requestedBytes: 64, limitBytes: undefined, limit: 'device memory', label: 'logits' } as const;
    const record = ({ input_ids: ids }: Batch) => {
      const count = ids?.shape[0] ?? 0;
      tried.push(count);
      if (count > 20) throw new OutOfMemoryError('too much', missing);
    };
    const failing = () => findingWhatFits('perDeviceTrainBatchSize', args, batch, record);
    expect(failing).toThrow(BatchTooLargeError);
    expect(failing).toThrow(
      'a batch of 64 rows of 10 tokens does not fit on this GPU: too much. Lower perDeviceTrainBatchSize from 64 to 16 or less; ' +
        'with gradientAccumulationSteps: 8 a step still has as many examples. Shorter rows need less too: tokenize with',
    );
    expect(tried.slice(0, 3)).toEqual([64, 32, 16]);
    const evaluating = () => findingWhatFits('perDeviceEvalBatchSize', args, batch, record);
    expect(evaluating).toThrow(/Lower perDeviceEvalBatchSize from 64 to 16 or less/);
  });
});

describe('batches that are only recorded', () => {
  const ids = (values: number[], shape: number[]) => ({ data: Int32Array.from(values), shape });
  const batch = {
    input_ids: ids([1, 2, 3, 4], [2, 2]),
    attention_mask: ids([1, 1, 1, 0], [2, 2]),
    labels: { data: Float32Array.of(0.5, 1), shape: [2] },
  };

  it('have rows and lengths as asked for', () => {
    expect(withRows(batch, 3)).toEqual({
      input_ids: ids([1, 2, 3, 4, 1, 2], [3, 2]),
      attention_mask: ids([1, 1, 1, 0, 1, 1], [3, 2]),
      labels: { data: Float32Array.of(0.5, 1, 0.5), shape: [3] },
    });
    expect(withLengths(batch, [1, 3])).toEqual({
      input_ids: ids([1, 1, 1, 1, 1, 1], [2, 3]),
      attention_mask: ids([1, 0, 0, 1, 1, 1], [2, 3]),
      labels: batch.labels,
    });
  });

  it('are as long as the longest batch of the run', () => {
    const lengths = [1, 2, 3, 4, 5, 6, 7];
    const dataset = Dataset.fromRows(lengths.map((length) => ({ input_ids: Array<number>(length).fill(1) })));
    const args = (options: object) => new TrainingArguments('unused', { perDeviceTrainBatchSize: 3, ...options });
    expect(largestBatchLengths(dataset, args({ trainSamplingStrategy: 'sequential' }), 1)).toEqual([4, 5, 6]);
    // Over many epochs the order comes near the three longest rows.
    const sum = (epochs: number) =>
      (largestBatchLengths(dataset, args({ seed: 1 }), epochs) ?? []).reduce((total, length) => total + length, 0);
    expect(sum(50)).toBe(18);
    expect(sum(1)).toBeLessThanOrEqual(18);
    expect(largestBatchLengths(Dataset.fromRows([{ input_x: 1 }]), args({}), 1)).toBeNull();
  });
});

describe('the end of a run', () => {
  const place = { step: 12, maxSteps: 24, lastCheckpoint: 'out/checkpoint-10' };

  it('says what is left of it', () => {
    const lost = withPlace(new DeviceLostError('the GPU was lost'), place);
    expect(lost).toBeInstanceOf(DeviceLostError);
    expect((lost as Error).message).toMatch(
      /the GPU was lost. Step 12 of 24 was reached; the last checkpoint is out\/checkpoint-10. .*train\(\{ resumeFromCheckpoint: 'out\/checkpoint-10' \}\)/,
    );
    const other = new Error('mine');
    expect(withPlace(other, place)).toBe(other);
    expect(interruptionInWords(place)).toBe(
      'Training was stopped at step 12 of 24. What came after the last checkpoint, out/checkpoint-10, is lost.',
    );
    expect(interruptionInWords({ ...place, lastCheckpoint: null })).toMatch(/No checkpoint was written: .* is lost/);
  });

  it('says so when the device is lost in its middle', async () => {
    const device = await openDevice();
    const model = await RegressionModel.create(device);
    const { trainer } = await make({}, { model });
    trainer.addCallback({ onStepEnd: (_args, state) => (state.globalStep === 5 ? device.destroy() : undefined) });
    await expect(trainer.train()).rejects.toThrow(/Step 5 of 24 was reached; no checkpoint was written/);
  });
});
