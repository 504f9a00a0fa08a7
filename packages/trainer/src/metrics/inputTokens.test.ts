import type { Batch } from '@attune/data';
import { describe, expect, it } from 'vitest';
import { TrainingArguments } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make, RegressionModel } from '../testing/regression.ts';
import { InputTokens } from './inputTokens.ts';

const ids = { data: Int32Array.of(5, 6, 0, 7, 0, 0), shape: [2, 3] };
const mask = { data: Int32Array.of(1, 1, 1, 1, 0, 0), shape: [2, 3] };

describe('InputTokens', () => {
  const said = captureTerminal();

  it('counts as transformers does', async () => {
    const model = Object.assign(await RegressionModel.create(), { mainInputName: 'input_ids' });
    const count = (tokens: 'all' | 'non_padding' | 'no', batch: Batch, padTokenId?: number) =>
      new InputTokens({ model, tokens, padTokenId }).of([batch, batch]);
    expect(count('no', { input_ids: ids })).toBe(0);
    expect(count('all', { input_ids: ids, attention_mask: mask })).toBe(12);
    expect(count('non_padding', { input_ids: ids, attention_mask: mask })).toBe(8);
    expect(count('non_padding', { input_ids: ids }, 0)).toBe(6);
    expect(said).toEqual([]);
    expect(count('non_padding', { input_ids: ids })).toBe(12);
    expect(count('all', { labels: ids })).toBe(0);
    expect(said).toHaveLength(2);
  });
});

describe('includeNumInputTokensSeen', () => {
  it('is in the state and the logs, and continues with a resumed run', async () => {
    const options = {
      includeNumInputTokensSeen: true,
      maxSteps: 4,
      loggingSteps: 1,
      saveStrategy: 'steps',
      saveSteps: 2,
    };
    const whole = await make(options as object);
    const { metrics } = await whole.trainer.train();
    expect(metrics.num_input_tokens_seen).toBe(32);
    expect(await whole.trainer.evaluate(whole.trainer.trainDataset)).toHaveProperty('num_input_tokens_seen', 32);
    whole.trainer.state.logHistory.pop();
    expect(whole.trainer.args.includeNumInputTokensSeen).toBe('all');
    const seen = ({ logHistory }: typeof whole.trainer.state) => logHistory.map((entry) => entry.num_input_tokens_seen);
    expect(seen(whole.trainer.state)).toEqual([8, 16, 24, 32, 32]);
    expect(whole.trainer.state.logHistory[0]).toHaveProperty('train_tokens_per_second');
    const resumed = await make({ ...options, saveStrategy: 'no' } as object);
    await resumed.trainer.train({ resumeFromCheckpoint: `${folder()}/checkpoint-2` });
    expect(seen(resumed.trainer.state)).toEqual([8, 16, 24, 32, 32]);
    expect(resumed.trainer.state.toJSON()).toMatchObject({ num_input_tokens_seen: 32 });
    const plain = await make({ maxSteps: 1, loggingSteps: 1 });
    await plain.trainer.train();
    expect(plain.trainer.state.logHistory[0]).not.toHaveProperty('num_input_tokens_seen');
  });

  it('has the names of transformers', () => {
    const read = (includeNumInputTokensSeen: unknown) =>
      new TrainingArguments('out', { includeNumInputTokensSeen } as object).includeNumInputTokensSeen;
    expect([read(true), read(false), read('non_padding'), read(undefined)]).toEqual(['all', 'no', 'non_padding', 'no']);
    expect(() => read('some')).toThrow(/includeNumInputTokensSeen must be 'all', 'non_padding' or 'no'/);
  });
});
