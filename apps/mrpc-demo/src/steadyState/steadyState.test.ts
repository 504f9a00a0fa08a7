import { fileURLToPath } from 'node:url';
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { Dataset } from '@attune/data';
import { defaultDevice } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainerCallback } from '@attune/trainer';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));
const rows = 1000;
const batchSize = 4;

/**
 * Rows of random tokens whose lengths scatter as those of sentence pairs do: around 50, from 12 to
 * 96.
 */
function scatteredRows() {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Array.from({ length: rows }, (_, row) => {
    const length = Math.round(Math.min(96, Math.max(12, 50 + 14 * (random() + random() + random() + random() - 2))));
    const input_ids = Array.from({ length }, () => 5 + Math.floor(random() * 100));
    return {
      input_ids,
      token_type_ids: input_ids.map(() => 0),
      attention_mask: input_ids.map(() => 1),
      label: row % 2,
    };
  });
}

describe('500 steps over shuffled rows of many lengths', () => {
  it('find their bind groups in the cache, compile nothing new and take no more memory', async () => {
    const device = await defaultDevice();
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    const model = await AutoModelForSequenceClassification.fromPretrained(folder, { numLabels: 2, silent: true });
    const epochs: {
      dispatches: number;
      bindGroupsCreated: number;
      pipelines: number;
      liveBytes: number;
      cachedBytes: number;
    }[] = [];
    const note: TrainerCallback = {
      onEpochBegin: async () => {
        await device.idle();
        const { dispatches, bindGroupsCreated, pipelines } = device.statistics;
        const { liveBytes, cachedBytes } = device.memory;
        epochs.push({ dispatches, bindGroupsCreated, pipelines, liveBytes, cachedBytes });
      },
      onTrainEnd: (...args) => note.onEpochBegin?.(...args),
    };
    const trainer = new Trainer({
      model,
      args: new TrainingArguments('unused', {
        perDeviceTrainBatchSize: batchSize,
        numTrainEpochs: 2,
        saveStrategy: 'no',
        loggingStrategy: 'no',
        disableTqdm: true,
      }),
      trainDataset: Dataset.fromRows(scatteredRows()),
      processingClass: tokenizer,
      callbacks: [note],
    });
    const { globalStep } = await trainer.train();
    expect(globalStep).toBe((2 * rows) / batchSize);
    const [, second, end] = epochs;
    if (!second || !end) throw new Error('the run had two epochs');
    const dispatches = end.dispatches - second.dispatches;
    const hitRate = 1 - (end.bindGroupsCreated - second.bindGroupsCreated) / dispatches;
    console.info(`bind groups found in the second epoch: ${(100 * hitRate).toFixed(2)}% of ${dispatches}`);
    expect(hitRate).toBeGreaterThan(0.99);
    expect(end.pipelines).toBe(second.pipelines);
    expect(end.liveBytes).toBe(second.liveBytes);
    // One batch may be longer than all before; then a few buffers are new.
    expect(end.cachedBytes).toBeLessThanOrEqual(1.1 * second.cachedBytes);
    model.dispose();
  });
});
