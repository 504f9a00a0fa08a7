import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const reference = process.env['ATTUNE_REFERENCE'] ?? '';
const appFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * The lesson as the design has it: it must compile against the packages, and run with names
 * replaced by folders.
 */
describe.runIf(reference)('the lesson', () => {
  let folder: string;
  let lesson: string;
  beforeAll(() => {
    // Inside the app, so that its dependencies are found.
    folder = mkdtempSync(join(appFolder, 'src/lesson-'));
    lesson = readFileSync(join(reference, 'design/lesson.ts'), 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compiles unchanged', () => {
    writeFileSync(join(folder, 'lesson.ts'), lesson);
    const config = {
      extends: '../../../../tsconfig.base.json',
      // As a user's own strict project reads it: this flag is not part of `strict`.
      compilerOptions: { noEmit: true, noUncheckedIndexedAccess: false, allowImportingTsExtensions: true },
      include: ['lesson.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(appFolder, '../../node_modules/.bin/tsc');
    const problems = (() => {
      try {
        return execFileSync(tsc, ['-p', folder], { encoding: 'utf8' });
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    })();
    expect(problems).toBe('');
  });

  it('runs on folders', async () => {
    const data = join(folder, 'mrpc');
    mkdirSync(data);
    for (const [split, rows] of [
      ['train', 128],
      ['validation', 64],
    ] as const) {
      const lines = readFileSync(join(reference, `data/mrpc/${split}.tsv`), 'utf8').split('\n');
      writeFileSync(join(data, `${split}.tsv`), `${lines.slice(0, rows + 1).join('\n')}\n`);
    }
    const output = join(folder, 'test-trainer');
    const replace = (text: string, from: string, to: string) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    };
    let script = replace(lesson, "'bert-base-uncased'", JSON.stringify(join(reference, 'golden/tiny-bert')));
    script = replace(script, "loadDataset('glue', 'mrpc')", `loadDataset(${JSON.stringify(data)})`);
    script = replace(script, "'test-trainer'", JSON.stringify(output));
    writeFileSync(join(folder, 'run.ts'), script);
    const printed = vi.spyOn(console, 'log');
    await import(join(folder, 'run.ts'));
    const [shapes, scores] = printed.mock.calls;
    expect(shapes).toEqual([[64, 2], [64]]);
    expect(scores?.[0]).toMatchObject({ accuracy: expect.any(Number) as number, f1: expect.any(Number) as number });
  }, 600_000);
});
