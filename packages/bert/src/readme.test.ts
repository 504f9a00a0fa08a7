import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

it('the examples of the README run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-readme-'));
  const quiet = [vi.spyOn(console, 'log').mockReturnValue(), vi.spyOn(console, 'warn').mockReturnValue()];
  try {
    const readme = await readFile(path('../README.md'), 'utf8');
    const blocks = Array.from(readme.matchAll(/```js\n(.*?)```/gs), ([, code]) => code);
    expect(blocks).toHaveLength(3);
    const code = blocks
      .join('\n')
      .replaceAll("'@attune/bert'", JSON.stringify(pathToFileURL(path('./index.ts')).href))
      .replace("'bert-base-uncased'", JSON.stringify(path('../golden/own-mini')))
      .replace("'sentence-transformers/all-MiniLM-L6-v2'", JSON.stringify(path('../golden/own-mini')))
      .replaceAll("'my-model'", JSON.stringify(join(folder, 'my-model')));
    await writeFile(join(folder, 'example.mjs'), code);
    await import(join(folder, 'example.mjs'));
    const saved = JSON.parse(await readFile(join(folder, 'my-model', 'config.json'), 'utf8')) as object;
    expect(saved).toMatchObject({ architectures: ['BertForSequenceClassification'] });
  } finally {
    for (const spy of quiet) spy.mockRestore();
    await rm(folder, { recursive: true });
  }
});
