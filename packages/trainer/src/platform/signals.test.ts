import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { folder, make, value } from '../testing/regression.ts';
import { startChild } from '../testing/startChild.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';

captureTerminal();

const options = {
  learningRate: 0.1,
  saveSteps: 100,
  numTrainEpochs: 4000,
  loggingSteps: 2,
  disableTqdm: true,
} as const;

describe('a run in a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'finishes its step on %s, saves, and says how to continue',
    async (signal) => {
      const child = startChild(folder(), options);
      await child.said('saved 100');
      child.kill(signal);
      const ended = await child.ended;
      expect(ended, ended.text).toMatchObject({ code: null, signal });
      const [, step] = /was stopped at step (\d+) of 32000, and is saved in \S+checkpoint-\1\./.exec(ended.text) ?? [];
      expect(ended.text).toMatch(/To continue from there: train\(\{ resumeFromCheckpoint: true \}\)\n/);
      expect(ended.text).not.toMatch(/ended/);

      // It continues from there as if it had never stopped.
      const maxSteps = Number(step) + 20;
      const constant = { ...options, lrSchedulerType: 'constant', maxSteps, saveStrategy: 'no' } as const;
      const resumed = await make({ ...constant, learningRate: 0 });
      await resumed.trainer.train({ resumeFromCheckpoint: true });
      expect(resumed.trainer.state.globalStep).toBe(maxSteps);
      expect(await value(resumed.model.a)).not.toBe(0);
    },
  );

  it('takes what comes twice at once for one', async () => {
    const child = startChild(folder(), options);
    await child.said('saved 100');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await child.ended).text).toMatch(/, and is saved in \S+checkpoint-/);
  });

  it('leaves at once on a second signal', async () => {
    const child = startChild(folder(), { ...options, saveSteps: 1 }, 2000);
    await child.said('saved 1');
    child.kill('SIGINT');
    await child.said('will be finished');
    await setTimeout(600);
    child.kill('SIGINT');
    const { signal, text } = await child.ended;
    expect(signal).toBe('SIGINT');
    expect(text).toMatch(/stopped at step 1 of 32000. What came after the last checkpoint, \S+checkpoint-1, is lost\./);
    expect(readdirSync(folder())).toEqual(['checkpoint-1']);
  });
});
