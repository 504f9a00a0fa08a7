import { Dataset } from '@attune/data';
import { openDevice } from '@attune/tensor';
import { describe, expect, it, vi } from 'vitest';
import { Trainer, TrainingArguments } from '../index.ts';
import type { TrainerCallback } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make, RegressionModel, rows, value } from '../testing/regression.ts';

captureTerminal();

const evalDataset = Dataset.fromRows(rows);
const reason = new Error('a person has left');

/** A signal that an event aborts, at a step. */
function abortedBy(event: 'onPreparation' | 'onStepEnd' | 'onPredictionStep' | 'onTrainBegin', step = 0) {
  const controller = new AbortController();
  const callback: TrainerCallback = {
    [event]: (_args: unknown, { globalStep }: { globalStep: number }) => {
      if (globalStep === step) controller.abort(reason);
    },
  };
  return { callback, signal: controller.signal };
}

describe('train({ signal })', () => {
  it('rejects at once when it is aborted already', async () => {
    const { trainer, model } = await make({});
    await expect(trainer.train({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(trainer.state.globalStep).toBe(0);
    expect(await value(model.a)).toBe(0);
    await expect(trainer.train({ signal: AbortSignal.abort() })).rejects.toThrow(DOMException);
  });

  it('ends while kernels are made ready, and a later run trains', async () => {
    using device = await openDevice();
    const model = await RegressionModel.create(device);
    const { callback, signal } = abortedBy('onPreparation');
    const stepped = vi.fn<() => void>();
    const trainer = new Trainer({
      model,
      args: new TrainingArguments(folder(), { saveStrategy: 'no', maxSteps: 2, learningRate: 0.1 }),
      trainDataset: evalDataset,
      callbacks: [callback, { onStepBegin: stepped }],
    });
    await expect(trainer.train({ signal })).rejects.toBe(reason);
    expect(stepped).not.toHaveBeenCalled();
    expect(await trainer.train()).toMatchObject({ globalStep: 2 });
  });

  it('finishes the step, and leaves weights, state and log as a run of so many steps has them', async () => {
    const { callback, signal } = abortedBy('onStepEnd', 5);
    const options = { loggingSteps: 1, lrSchedulerType: 'constant' } as const;
    const { trainer, model } = await make(options, { callbacks: [callback] });
    await expect(trainer.train({ signal })).rejects.toBe(reason);
    const short = await make({ ...options, maxSteps: 5 });
    await short.trainer.train();
    expect(trainer.state.globalStep).toBe(5);
    expect(await value(model.a)).toBe(await value(short.model.a));
    expect(trainer.state.logHistory).toEqual(short.trainer.state.logHistory.slice(0, -1));
    // The signal of that run says nothing about the next.
    expect(await trainer.train()).toMatchObject({ globalStep: 24 });
  });

  it('ends the evaluation of a run before its next batch', async () => {
    const { callback, signal } = abortedBy('onPredictionStep', 2);
    const batches = vi.fn<() => void>();
    const { trainer } = await make(
      { evalStrategy: 'steps', evalSteps: 2 },
      { evalDataset, callbacks: [{ onPredictionStep: batches }, callback] },
    );
    await expect(trainer.train({ signal })).rejects.toBe(reason);
    expect(batches).toHaveBeenCalledTimes(1);
    expect(trainer.state.globalStep).toBe(2);
    expect(await trainer.evaluate()).toHaveProperty('eval_loss');
  });
});

it.each(['evaluate', 'predict'] as const)('%s({ signal }) ends before its next batch', async (call) => {
  const { callback, signal } = abortedBy('onPredictionStep');
  const { trainer } = await make({}, { callbacks: [callback] });
  await expect(trainer[call](evalDataset, { signal })).rejects.toBe(reason);
  await expect(trainer[call](evalDataset, { signal })).rejects.toBe(reason);
  await expect(trainer[call](evalDataset, { signal: 5 } as never)).rejects.toThrow(
    /signal must be an AbortSignal, as new AbortController\(\)\.signal is one; got 5/,
  );
});

it('evaluates several sets under one signal', async () => {
  const { callback, signal } = abortedBy('onPredictionStep');
  const { trainer } = await make({}, { callbacks: [callback] });
  await expect(trainer.evaluate({ a: evalDataset, b: evalDataset }, { signal })).rejects.toBe(reason);
});
