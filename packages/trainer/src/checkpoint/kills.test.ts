import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make } from '../testing/regression.ts';
import { startChild } from '../testing/startChild.ts';

const options = { saveStrategy: 'steps', saveSteps: 1, saveTotalLimit: 3, loggingSteps: 5, numTrainEpochs: 5 } as const;

/** Kills asked for: those of the full check; otherwise as many as half a minute has room for. */
const wanted = Number(process.env['ATTUNE_KILLS'] ?? 0);
const seconds = 25;

captureTerminal();

it('a run that is killed while it saves is resumed with the same bits', { timeout: 3_600_000 }, async () => {
  const whole = await make({ ...options, saveStrategy: 'no' });
  await whole.trainer.train();
  const expected = await whole.model.stateDict();
  const began = performance.now();
  let midst = 0;
  let kills = 0;
  while (wanted > 0 ? kills < wanted : (performance.now() - began) / 1000 < seconds) {
    const output = `${folder()}/${kills}`;
    const child = startChild(output, { ...options, learningRate: 0.1, disableTqdm: true });
    await child.said('saved 1');
    const delay = Math.random() * 300;
    await sleep(delay);
    child.kill('SIGKILL');
    const { signal, text } = await child.ended;
    // One that had ended before.
    if (signal !== 'SIGKILL') {
      expect(text).toMatch(/ended/);
      continue;
    }
    kills += 1;
    if (readdirSync(output).some((name) => name.endsWith('.unfinished'))) midst += 1;
    const { model, trainer } = await make(
      { ...options, saveStrategy: 'no', resumeFromCheckpoint: true },
      {},
      undefined,
      output,
    );
    await trainer.train();
    expect(await model.stateDict(), `killed ${delay} ms after the first checkpoint`).toEqual(expected);
    expect(trainer.state.globalStep).toBe(40);
  }
  console.info(`${kills} kills, ${midst} in the midst of a checkpoint`);
  expect(kills).toBeGreaterThan(wanted > 0 ? wanted - 1 : 0);
});
