import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { openDevice, OutOfMemoryError } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchTooLargeError, TrainingArguments } from '../index.ts';
import type { ForwardContext, ModelOutput, TrainingArgumentsOptions } from '../index.ts';
import { withinMemoryLate } from '../step/batchMemory.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make, RegressionModel, rows, value } from '../testing/regression.ts';

/** What the model needs for each row: 1 MiB, of which the budget holds some. */
const perRow = 2 ** 18;
let device: Device;
beforeAll(async () => {
  device = await openDevice({ memoryBudget: 12 * 2 ** 20 });
});
afterAll(() => device.destroy());

const said = captureTerminal();

/** The regression with so much more memory that only some rows fit. */
class LargeModel extends RegressionModel {
  override forward(batch: Batch, context: ForwardContext = {}): ModelOutput {
    const output = super.forward(batch, context);
    device.allocate('f32', perRow * (output.logits.shape[0] ?? 0), 'what rows need');
    return output;
  }
}

async function makeLarge(options: Partial<TrainingArgumentsOptions>) {
  const { a, b } = await RegressionModel.create(device);
  const model = new LargeModel(a, b);
  const { trainer } = await make({ maxSteps: 4, ...options }, { model, evalDataset: Dataset.fromRows(rows) });
  return { model, trainer };
}

describe('autoFindBatchSize', () => {
  it('halves a batch that does not fit, and is then the run of that size', async () => {
    const found = await makeLarge({
      autoFindBatchSize: true,
      perDeviceTrainBatchSize: 40,
      saveStrategy: 'steps',
      saveSteps: 2,
    });
    await found.trainer.train();
    const size = found.trainer.args.perDeviceTrainBatchSize;
    expect([20, 10, 5]).toContain(size);
    expect(found.trainer.args).toBeInstanceOf(TrainingArguments);
    expect(found.trainer.state.trainBatchSize).toBe(size);
    expect(said).toContain('autoFindBatchSize: a batch of 40 rows does not fit. The run starts over with 20.');
    const plain = await makeLarge({ perDeviceTrainBatchSize: size });
    await plain.trainer.train();
    const weights = await Promise.all([plain.model.a, plain.model.b].map(value));
    expect(await Promise.all([found.model.a, found.model.b].map(value))).toEqual(weights);
    // A run that goes on begins with what was found.
    const saved = JSON.parse(readFileSync(join(folder(), 'checkpoint-2/training_args.json'), 'utf8')) as object;
    expect(saved).toMatchObject({ per_device_train_batch_size: size });
    said.length = 0;
    const resumed = await makeLarge({ autoFindBatchSize: true, perDeviceTrainBatchSize: 40 });
    await resumed.trainer.train({ resumeFromCheckpoint: join(folder(), 'checkpoint-2') });
    expect(said.filter((line) => line.startsWith('autoFindBatchSize'))).toEqual([]);
    expect(await Promise.all([resumed.model.a, resumed.model.b].map(value))).toEqual(weights);
  });

  it('begins with the weights of before where later batches are larger', async () => {
    class Growing extends LargeModel {
      override forward(batch: Batch, context: ForwardContext = {}): ModelOutput {
        const many = (batch['labels']?.shape[0] ?? 0) > 2 && (context.update ?? 0) >= 3;
        if (many && this.training) device.allocate('f32', 16 * 2 ** 20, 'a batch that grew');
        return super.forward(batch, context);
      }
    }
    const run = async (options: Partial<TrainingArgumentsOptions>) => {
      const { a, b } = await RegressionModel.create(device);
      const { trainer } = await make({ maxSteps: 5, ...options }, { model: new Growing(a, b) });
      await trainer.train();
      return [trainer.args.perDeviceTrainBatchSize, await value(a), await value(b)];
    };
    const found = await run({ autoFindBatchSize: true, perDeviceTrainBatchSize: 4 });
    expect(found).toEqual(await run({ perDeviceTrainBatchSize: 2 }));
    await expect(run({ perDeviceTrainBatchSize: 4 })).rejects.toThrow(
      /a batch of 4 rows does not fit on this GPU, and neither does one of its rows: [^.]+\. [^.]+\. Step 3 of 5 was reached/,
    );
  });

  it('leaves batches of evaluations as they are, and ends where not one row fits', async () => {
    const options = { autoFindBatchSize: true, perDeviceTrainBatchSize: 4 } as const;
    const evaluating = await makeLarge({ ...options, perDeviceEvalBatchSize: 64, evalStrategy: 'steps', evalSteps: 1 });
    const failure = await evaluating.trainer.train().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BatchTooLargeError);
    expect(failure).toMatchObject({ argument: 'perDeviceEvalBatchSize' });
    expect(String(failure)).toMatch(/Lower perDeviceEvalBatchSize from 64 to \d+ or less/);
    class Endless extends LargeModel {
      override forward(batch: Batch, context?: ForwardContext): ModelOutput {
        device.allocate('f32', 16 * 2 ** 20, 'too much');
        return super.forward(batch, context);
      }
    }
    const { a, b } = await RegressionModel.create(device);
    const { trainer } = await make(options, { model: new Endless(a, b) });
    await expect(trainer.train()).rejects.toThrow(/and neither does one of its rows/);
    expect(trainer.args.perDeviceTrainBatchSize).toBe(1);
  });
});

describe('an evaluation over the budget', () => {
  it('says which argument to lower, and to what fits', async () => {
    const { trainer } = await makeLarge({ perDeviceEvalBatchSize: 64 });
    const failure = String(await trainer.evaluate().catch((error: unknown) => error));
    const fits = Number(/Lower perDeviceEvalBatchSize from 64 to (\d+) or less/.exec(failure)?.[1]);
    expect(fits).toBeGreaterThan(0);
    const lowered = await makeLarge({ perDeviceEvalBatchSize: fits });
    expect(await lowered.trainer.evaluate()).toHaveProperty('eval_loss');
  });
});

describe('withinMemoryLate', () => {
  it('reports an error of the GPU during a wait in terms of the arguments', async () => {
    const missing = { requestedBytes: 4096, limitBytes: undefined, limit: 'device memory', label: 'x' } as const;
    const batch = { input_ids: { data: new Int32Array(8 * 16), shape: [8, 16] } };
    const late = (failure: Error) =>
      withinMemoryLate('perDeviceEvalBatchSize', new TrainingArguments('out'), batch, Promise.reject(failure));
    await expect(late(new OutOfMemoryError('the GPU has no room', missing))).rejects.toThrow(
      /8 rows of 16 tokens does not fit on this GPU: the GPU has no room. Lower perDeviceEvalBatchSize from 8 to 4 or less/,
    );
    await expect(late(new TypeError('other'))).rejects.toThrow(TypeError);
  });
});
