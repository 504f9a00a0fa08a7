import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Dataset } from '@attune/data';
import type { NdArray } from '@attune/data';
import { defaultDevice, Linear, mseLoss, Parameter, scale } from '@attune/tensor';
import type { Device, Tensor } from '@attune/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../golden/evaluation.json' with { type: 'json' };
import type { ComputeLossFunc, EvalPrediction, TrainingArgumentsOptions } from '../index.ts';
import { make, rows, SteepModel, value as valueOf } from '../testing/regression.ts';
import { close, dataset, plain, tokens } from '../testing/tokenModel.ts';
import type { Several } from '../testing/tokenModel.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('several outputs and labels', () => {
  it('are predicted as by transformers, tokens of different widths filled with -100', async () => {
    const [predictions, labelIds] = await (await tokens()).predict(dataset);
    expect(plain(predictions)).toEqual(close(golden.predictions));
    expect(plain(labelIds)).toEqual(golden.labelIds);
    const logits = await (await tokens()).predict(dataset, { ignoreKeys: ['twice'] });
    expect(plain(logits.predictions)).toEqual(close(golden.withoutTwice));
    const unlabelled = await (await tokens({ labelNames: ['labels', 'labels_3'] })).predict(dataset);
    expect(unlabelled.labelIds).toMatchObject({ shape: [0] });
    expect(unlabelled.metrics).not.toHaveProperty('test_loss');
  });

  it('come to metrics with inputs and losses', async () => {
    let elements: unknown[] = [];
    const computeMetrics = (prediction: EvalPrediction<Several, Several>) => {
      elements = [...prediction].map(plain);
      return { n: prediction.predictions.length };
    };
    const trainer = await tokens({ includeForMetrics: ['inputs', 'loss'] }, { computeMetrics });
    expect(await trainer.evaluate()).toMatchObject({ eval_n: 2 });
    expect(elements).toEqual(close(golden.elements));
    await (await tokens({}, { computeMetrics })).evaluate(undefined, { ignoreKeys: ['twice'] });
    expect(elements).toEqual(close([golden.withoutTwice, golden.labelIds]));
  });

  it('come batch by batch with batchEvalMetrics', async () => {
    const calls: object[] = [];
    const trainer = await tokens(
      { batchEvalMetrics: true, includeForMetrics: ['loss'], evalAccumulationSteps: 2 },
      {
        preprocessLogitsForMetrics: (outputs) => (outputs as readonly [Tensor, Tensor])[0].argmax(-1),
        computeMetrics: ({ predictions, losses }, { computeResult }) => {
          calls.push({ rows: predictions.length, result: computeResult, losses: losses?.toArray() });
          return computeResult ? { calls: calls.length } : undefined;
        },
      },
    );
    expect(await trainer.evaluate()).toMatchObject(golden.batchMetrics);
    expect(calls).toEqual(golden.batchCalls.map(({ losses, ...call }) => ({ ...call, losses: close(losses) })));
    // predict keeps all of them besides.
    expect(((await trainer.predict(dataset)).predictions as unknown as NdArray).shape).toEqual([5, 5]);
  });
});

describe('predictionLossOnly', () => {
  it('gives the loss alone', async () => {
    let called = false;
    const trainer = await tokens({ predictionLossOnly: true }, { computeMetrics: () => ({ called: (called = true) }) });
    const names = Object.keys(await trainer.evaluate()).filter((name) => !/_second$|time/.test(name));
    expect(names.toSorted()).toEqual(golden.lossOnly);
    expect(called).toBe(false);
    const { predictions, labelIds, metrics } = await trainer.predict(dataset);
    expect([predictions, labelIds]).toMatchObject([{ shape: [0] }, { shape: [0] }]);
    expect(metrics).toHaveProperty('test_loss');
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('batchEvalMetrics', () => {
  it('keeps no batch of those before, but for predict', async () => {
    const seen: WeakRef<object>[] = [];
    let held: number[] = [];
    const computeMetrics = async ({ predictions }: EvalPrediction) => {
      seen.push(new WeakRef(predictions.data.buffer));
      if (seen.length % 8 > 0) return {};
      for (let turn = 0; turn < 2; turn++) {
        await setImmediate();
        collect();
      }
      held.push(seen.filter((batch) => batch.deref()).length);
      return {};
    };
    const evalDataset = Dataset.fromRows(rows);
    const options = { batchEvalMetrics: true, perDeviceEvalBatchSize: 2 };
    const { trainer } = await make(options, { evalDataset, computeMetrics });
    await trainer.evaluate();
    expect(held).toHaveLength(4);
    expect(Math.max(...held)).toBeLessThan(6);
    held = [];
    await trainer.predict(evalDataset);
    expect(held.at(-1)).toBeGreaterThanOrEqual(32);
  });
});

describe('evalAccumulationSteps', () => {
  it('changes nothing of the results', async () => {
    const evaluate = async (evalAccumulationSteps: number | null) => {
      const prediction = await (await tokens({ evalAccumulationSteps, perDeviceEvalBatchSize: 1 })).predict(dataset);
      return [plain(prediction.predictions), plain(prediction.labelIds), prediction.metrics['test_loss']];
    };
    const usual = await evaluate(null);
    for (const steps of [1, 2, 100]) expect(await evaluate(steps)).toEqual(usual);
  });
});

describe('fp16FullEval', () => {
  /** A layer that mixed precision reads an f16 copy of. */
  class Layer extends SteepModel {
    override readonly linear = new Linear({ weight: this.a, bias: this.b });
  }

  it('computes in half precision, and leaves every weight as it was', async () => {
    const run = async (options: Partial<TrainingArgumentsOptions>) => {
      const model = new Layer(
        new Parameter(Float32Array.of(1 + 2 ** -12), { shape: [1, 1], device }),
        new Parameter(Float32Array.of(1 / 3), { shape: [1], device }),
      );
      const evalDataset = Dataset.fromRows(rows);
      const { trainer } = await make({ maxSteps: 2, learningRate: 1e-3, ...options }, { model, evalDataset });
      const { liveBytes } = device.memory;
      const { predictions, metrics } = await trainer.predict(evalDataset);
      // What other tests have left may be collected.
      expect(device.memory.liveBytes).toBeLessThanOrEqual(liveBytes);
      expect(model.a.fp16Array).toBeNull();
      const before = [...(await model.a.data()), ...(await model.b.data())];
      await trainer.train();
      const after = [...(await model.a.data()), ...(await model.b.data())];
      return { predictions: [...predictions.data], loss: Number(metrics['test_loss']), before, after };
    };
    const [single, half] = [await run({}), await run({ fp16FullEval: true, evalStrategy: 'steps', evalSteps: 1 })];
    expect(half.before).toEqual([Math.fround(1 + 2 ** -12), Math.fround(1 / 3)]);
    expect(half.after).toEqual(single.after);
    expect(half.predictions).not.toEqual(single.predictions);
    expect(half.loss / single.loss).toBeCloseTo(1, 2);
  });
});

describe('own functions', () => {
  it.each([() => null, function () {}, async () => undefined] as unknown[] as ComputeLossFunc[])(
    'that take nothing compute nothing, and are refused',
    async (computeLossFunc) => {
      await expect(make({}, { computeLossFunc })).rejects.toThrow(
        'computeLossFunc must be a function of (outputs, labels, { numItemsInBatch }); got a function without parameters',
      );
    },
  );

  const lossOf: ComputeLossFunc = ({ logits }, { data }, { numItemsInBatch = 1 }) =>
    mseLoss(logits, Float32Array.from(data), { factor: 1 / numItemsInBatch });
  function byArguments(this: unknown): Tensor {
    return lossOf(...(Array.from(arguments) as Parameters<ComputeLossFunc>));
  }
  const variadic = (...given: Parameters<ComputeLossFunc>) => lossOf(...given);
  const keeping = (...given: readonly unknown[]) => scale(given[0] as Tensor, 2);

  it.each([
    ['arguments', byArguments],
    ['rest parameters', variadic],
    ['being bound', variadic.bind(null)],
  ])('may have no declared parameters: %s', async (_, computeLossFunc) => {
    expect([computeLossFunc.length, keeping.length]).toEqual([0, 0]);
    const usual = await make({ maxSteps: 2 });
    await usual.trainer.train();
    const own = await make({ maxSteps: 2 }, { computeLossFunc, preprocessLogitsForMetrics: keeping });
    await own.trainer.train();
    expect(await valueOf(own.model.a)).toBe(await valueOf(usual.model.a));
    const few = Dataset.fromRows(rows.slice(0, 4));
    const doubled = (await usual.trainer.predict(few)).predictions.data.map((logit) => 2 * logit);
    expect((await own.trainer.predict(few)).predictions.data).toEqual(doubled);
  });
});
