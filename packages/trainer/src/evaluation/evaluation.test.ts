import { Dataset, NdArray } from '@attune/data';
import { describe, expect, it } from 'vitest';
import golden from '../../golden/regression.json' with { type: 'json' };
import { make, rows } from '../testing/regression.ts';
import { joinBatches, tokensByRow } from './joinBatches.ts';

describe('Trainer.evaluate and predict', () => {
  it('gives the mean over examples whatever the last batch holds', async () => {
    const data = Dataset.fromRows(rows).select(Array.from({ length: 13 }, (_, row) => row));
    const { trainer } = await make(
      {},
      {
        evalDataset: data,
        computeMetrics: ({ predictions, labelIds }) => ({
          rows: predictions.shape[0] ?? 0,
          labels: labelIds.shape[0] ?? 0,
        }),
      },
    );
    const metrics = await trainer.evaluate();
    const mean = golden.y.slice(0, 13).reduce((sum, y) => sum + y * y, 0) / 13;
    expect(metrics['eval_loss']).toBeCloseTo(mean, 4);
    expect(metrics).toMatchObject({ eval_rows: 13, eval_labels: 13, epoch: 0 });
    const output = await trainer.predict(data);
    expect(output.predictions.shape).toEqual([13, 1]);
    expect(output.labelIds.shape).toEqual([13]);
    expect(output.metrics['test_loss']).toBeCloseTo(mean, 4);
  });

  it('predicts without labels', async () => {
    const { trainer } = await make();
    const output = await trainer.predict(Dataset.fromRows(rows).removeColumns(['label']));
    expect(output.labelIds.shape).toEqual([0]);
    expect(output.metrics['test_loss']).toBeUndefined();
  });

  it('takes a prefix alone or among options, and refuses what it does not know', async () => {
    const { trainer } = await make({}, { evalDataset: Dataset.fromRows(rows) });
    expect(await trainer.evaluate(undefined, 'x')).toHaveProperty('x_loss');
    expect(await trainer.evaluate(undefined, { metricKeyPrefix: 'y' })).toHaveProperty('y_loss');
    await expect(trainer.evaluate(undefined, { ignoreKeys: 'x' } as object)).rejects.toThrow(
      /ignoreKeys must be an array of names of outputs/,
    );
    await expect(trainer.predict(Dataset.fromRows(rows), ['hidden'] as unknown as string)).rejects.toThrow(
      /predict takes its options as an object/,
    );
    await expect(trainer.predict([{ input_x: 1 }] as unknown as Dataset)).rejects.toThrow(
      /predict: testDataset must be a Dataset; got an array of 1: Dataset.fromRows/,
    );
  });

  it('gives logits and labels as a pair too', async () => {
    const { trainer } = await make(
      {},
      {
        evalDataset: Dataset.fromRows(rows),
        computeMetrics: (prediction) => {
          const [logits, labels] = prediction;
          return { logits: logits?.shape, labels: labels?.length };
        },
      },
    );
    expect(await trainer.evaluate()).toMatchObject({ eval_logits: [64, 1], eval_labels: 64 });
    const [predictions, labelIds, metrics] = await trainer.predict(Dataset.fromRows(rows));
    expect([(predictions as NdArray).shape, (labelIds as NdArray).shape]).toEqual([[64, 1], [64]]);
    expect(metrics).toHaveProperty('test_loss');
  });

  it('logs metrics of any shape, and refuses what is none', async () => {
    const confusion = new NdArray(Int32Array.of(3, 1, 0, 4), [2, 2]);
    const good = await make(
      { numTrainEpochs: 1, evalStrategy: 'epoch' },
      {
        evalDataset: Dataset.fromRows(rows),
        computeMetrics: () => ({ confusion, per_class: [0.5, 1], best: { label: 'yes', count: 4n }, eval_f1: 0.25 }),
      },
    );
    await good.trainer.train();
    expect(good.trainer.state.logHistory.find((entry) => 'eval_loss' in entry)).toMatchObject({
      eval_confusion: [
        [3, 1],
        [0, 4],
      ],
      eval_per_class: [0.5, 1],
      eval_best: { label: 'yes', count: 4 },
      eval_f1: 0.25,
    });
    const failing = async (computeMetrics: () => unknown) => {
      const { trainer } = await make(
        {},
        { evalDataset: Dataset.fromRows(rows), computeMetrics: computeMetrics as () => object },
      );
      await trainer.evaluate();
    };
    await expect(failing(() => undefined)).rejects.toThrow(
      'must return an object of metrics, { accuracy: 0.5 }; got undefined',
    );
    await expect(failing(() => 0.5)).rejects.toThrow(/got 0.5/);
    await expect(failing(() => ({ f1: Promise.resolve(1) }))).rejects.toThrow(
      'the metric f1 must be a number, a string, true or false, or an array or object of these; got a Promise; await it first',
    );
  });

  it('leaves the last batch out where training does', async () => {
    const { trainer } = await make(
      { dataloaderDropLast: true, perDeviceEvalBatchSize: 10 },
      { evalDataset: Dataset.fromRows(rows), computeMetrics: ({ labelIds }) => ({ rows: labelIds.length }) },
    );
    expect(await trainer.evaluate()).toMatchObject({ eval_rows: 60 });
  });

  it('waits with evaluations until evalDelay, at the end as well', async () => {
    const { trainer } = await make(
      { evalStrategy: 'steps', evalSteps: 4, evalDelay: 10, maxSteps: 6 },
      { evalDataset: Dataset.fromRows(rows) },
    );
    await trainer.train();
    expect(trainer.state.logHistory.filter((entry) => 'eval_loss' in entry)).toEqual([]);
  });

  it('leaves the mode of the model as it was', async () => {
    const { model, trainer } = await make({}, { evalDataset: Dataset.fromRows(rows) });
    model.train();
    await trainer.evaluate();
    expect(model.training).toBe(true);
    model.eval();
    await trainer.evaluate();
    expect(model.training).toBe(false);
  });
});

describe('joinBatches', () => {
  const array = (values: number[], shape: number[]) => ({ data: Float32Array.from(values), shape });
  const labels = (values: number[], shape: number[]) => ({ data: Int32Array.from(values), shape });

  it('fills the rows of narrower batches with -100', () => {
    const joined = joinBatches([array([1, 2, 3, 4], [1, 2, 2]), array([5, 6, 7, 8, 9, 10], [1, 3, 2])]) as NdArray;
    expect(joined.shape).toEqual([2, 3, 2]);
    expect([...joined.data]).toEqual([1, 2, 3, 4, -100, -100, 5, 6, 7, 8, 9, 10]);
    expect((joinBatches([labels([0, 1], [1, 2]), labels([1, 0, 1], [1, 3])]) as NdArray).toArray()).toEqual([
      [0, 1, -100],
      [1, 0, 1],
    ]);
  });

  it('gives logits of tokens the shape of their labels', () => {
    const joined = joinBatches([
      tokensByRow(array([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]), labels([0, 1, 1, 0], [2, 2])),
      tokensByRow(array([9, 10], [1, 2]), labels([1], [1, 1])),
    ]) as NdArray;
    expect(joined.toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
      [
        [9, 10],
        [-100, -100],
      ],
    ]);
  });

  it('joins several outputs one by one, and says when batches gave others', () => {
    const joined = joinBatches([
      [array([1], [1, 1]), [labels([2], [1]), array([3], [1])]],
      [array([4], [1, 1]), [labels([5], [1]), array([6], [1])]],
    ]) as [NdArray, [NdArray, NdArray]];
    expect([joined[0], ...joined[1]].map((each) => each.toArray())).toEqual([
      [[1], [4]],
      [2, 5],
      [3, 6],
    ]);
    expect(() => joinBatches([[array([1], [1])], array([1], [1])])).toThrow(/different numbers of outputs/);
    expect(() => joinBatches([array([1], [1]), [array([1], [1])]])).toThrow(/different numbers of outputs/);
    expect((joinBatches([]) as NdArray).shape).toEqual([0]);
  });
});
