import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpoint } from './tinyTask.ts';

const lines = (name: string) =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split('\n').length;

describe('the examples', () => {
  const said: unknown[][] = [];
  beforeEach(() => {
    said.length = 0;
    vi.spyOn(console, 'log').mockImplementation((...words) => void said.push(words));
  });
  afterEach(() => vi.restoreAllMocks());

  it('lesson', async () => {
    await import('./lesson.ts');
    expect(said.at(-1)?.[0]).toMatchObject({ eval_accuracy: expect.any(Number) as number });
  });

  it('custom-loss', async () => {
    await import('./custom-loss.ts');
    expect(said.at(-1)?.[0]).toMatchObject({ globalStep: 10, trainingLoss: expect.any(Number) as number });
  });

  it('custom-training-loop', async () => {
    await import('./custom-training-loop.ts');
    const losses = said.map(([line]) => Number(/loss (.*)/.exec(String(line))?.[1])).filter(Number.isFinite);
    expect(losses).toHaveLength(16);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });

  it('custom-kernel', async () => {
    await import('./custom-kernel.ts');
    expect(said.at(-1)?.[0]).toEqual(Float32Array.of(0, 0.5, 2, 4.5, 8));
  });

  it('search', async () => {
    const { argv } = process;
    process.argv = [...argv.slice(0, 2), checkpoint, '100'];
    try {
      await import('./search.ts');
    } finally {
      process.argv = argv;
    }
    expect(said[0]?.[0]).toMatch(/^100 sentences in .* a second$/);
    const scores = said.slice(2).map(([score]) => Number(score));
    expect(scores).toHaveLength(5);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it.each(['lesson.ts', 'custom-loss.ts', 'custom-training-loop.ts', 'custom-kernel.ts', 'search.ts'])(
    '%s fits on a screen',
    (name) => expect(lines(name)).toBeLessThanOrEqual(40),
  );
});
