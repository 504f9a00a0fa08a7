import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpoint } from './parts/tinyTask.ts';

const lines = (name: string) =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .trim()
    .split('\n').length;

/** Imports an example that sees these arguments. */
async function withArguments(values: readonly string[], run: () => Promise<unknown>): Promise<void> {
  const { argv } = process;
  process.argv = [...argv.slice(0, 2), ...values];
  try {
    await run();
  } finally {
    process.argv = argv;
  }
}

describe('the examples', () => {
  const said: unknown[][] = [];
  const lastNumber = (name: string) => Number(said.findLast(([first]) => first === name)?.[1]);
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

  it('logistic-regression', async () => {
    await import('./logistic-regression.ts');
    expect(lastNumber('accuracy')).toBeGreaterThan(0.95);
    const [, a, b] = /x \+ (.*) y = (.*)/.exec(String(said.at(-1))) ?? [];
    expect(Number(a)).toBeCloseTo(2, 0);
    expect(Number(b)).toBeCloseTo(0.5, 0);
  });

  it('two-spirals', async () => {
    await withArguments(['400'], () => import('./two-spirals.ts'));
    const [, right] = /, (\d+) of 194 right/.exec(String(said.findLast(([line]) => /right/.test(String(line))))) ?? [];
    expect(Number(right)).toBeGreaterThan(185);
    expect(String(said.at(-12))).toMatch(/^[·#]{48}$/);
  });

  it('char-transformer', async () => {
    await withArguments(['60', '16', '8', '32'], () => import('./char-transformer.ts'));
    const losses = said.map(([line]) => Number(/loss (\S+),/.exec(String(line))?.[1])).filter(Number.isFinite);
    expect(losses).toHaveLength(2);
    // By chance it is log(46), 3.8.
    expect(losses[1]).toBeLessThan(3);
    expect(String(said.at(-1))).toMatch(/^'Twas [^]{154}$/);
  });

  it('focal-loss', async () => {
    await import('./focal-loss.ts');
    expect(Number(said.at(-1)?.[1])).toBeLessThan(0.17);
  });

  it('distillation', async () => {
    await import('./distillation.ts');
    const [, teacher, student, right] = /teacher: (\d+) .*student: (\d+), (\d+) of 16/.exec(String(said.at(-1))) ?? [];
    expect(Number(student)).toBeLessThan(Number(teacher) / 2);
    expect(Number(right)).toBeGreaterThan(13);
  });

  it('contrastive-loss', async () => {
    await import('./contrastive-loss.ts');
    expect(Number(/of (\d+) of 16/.exec(String(said.at(-1)))?.[1])).toBeGreaterThan(13);
  });

  it('token-classification', async () => {
    await import('./token-classification.ts');
    expect(said.at(-1)?.[0]).toMatchObject({ eval_accuracy: 1 });
  });

  it('lora-bert', async () => {
    await withArguments(['64', '1', '1'], () => import('./lora-bert.ts'));
    const [, whole, lora, loaded, merged, folder] = said
      .map(([line]) => String(line))
      .filter((line) => line.includes(': ') || line.includes(' lie in '));
    expect(whole).toMatch(/^tuned whole: 85506 trained parameters/);
    // Query and value of two layers, 8 (64 + 64) each, and the classifier.
    expect(lora).toMatch(new RegExp(`^LoRA of rank 8: ${4 * 8 * 128 + 130} trained parameters`));
    expect(loaded).toBe('loaded again: the same predictions');
    expect(merged?.split('accuracy ')[1]).toBe(lora?.split('accuracy ')[1]);
    const path = String(folder).split(' lie in ')[1] ?? '';
    expect(readdirSync(path).toSorted()).toEqual(['adapter_model.safetensors', 'config.json', 'model.safetensors']);
    rmSync(path, { recursive: true });
  });

  it('search', async () => {
    await withArguments([checkpoint, '100'], () => import('./search.ts'));
    expect(said[1]?.[0]).toMatch(/^100 sentences in .* a second$/);
    const scores = said.slice(3).map(([score]) => Number(score));
    expect(scores).toHaveLength(5);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it.each(
    [
      ...readdirSync(import.meta.dirname),
      ...readdirSync(join(import.meta.dirname, 'parts')).map((name) => `parts/${name}`),
    ].filter((name) => name.endsWith('.ts') && !name.includes('.test.')),
  )('%s fits on a screen', (name) => expect(lines(name)).toBeLessThanOrEqual(80));
});
