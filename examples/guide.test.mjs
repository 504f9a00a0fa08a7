// The guide's code runs as it is printed, page by page, with a hub on loopback that has a tiny BERT
// and made-up pairs under the names that the guide uses. A block whose fence says `fragment` is
// left out; one that says a file's name, such as `csv tickets.csv`, is that file.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { startMadeUpHub } from '../scripts/check-packages/madeUpHub.mjs';
import { rootFolder } from '../scripts/setup/root-folder.mjs';

const guide = join(rootFolder, 'docs/guide');
const others = ['own-loop', 'from-pytorch'].map((name) => join(rootFolder, `docs/${name}.md`));
const pages = [...readdirSync(guide).map((name) => join(guide, name)), ...others];

const blocksOf = (page) =>
  Array.from(
    readFileSync(page, 'utf8').matchAll(/^```(\w+)(?: (\S+))?\n([^]*?)^```$/gm),
    ([, language, info, code]) => ({
      language,
      info,
      code,
    }),
  );

/** All code of a page as one program, after that of the page that it continues. */
function programOf(page) {
  const [, before] = /continues the program of the \[[^\]]*\]\(([\w-]+\.md)\)/.exec(readFileSync(page, 'utf8')) ?? [];
  const code = blocksOf(page)
    .filter(({ language, info }) => ['js', 'ts'].includes(language) && info !== 'fragment')
    .map((block) => block.code)
    .join('\n')
    .replaceAll(/'@attune\/(\w+)'/g, (_, name) => JSON.stringify(join(rootFolder, 'packages', name, 'src/index.ts')));
  return before ? programOf(join(guide, before)) + code : code;
}

const folder = mkdtempSync(join(tmpdir(), 'attune-guide-'));
const { log } = console;
const said = [];
const start = process.cwd();
let hub;

beforeAll(async () => {
  hub = await startMadeUpHub();
  vi.stubEnv('HF_HUB_OFFLINE', '');
  vi.stubEnv('TRANSFORMERS_OFFLINE', '');
  vi.stubEnv('HF_ENDPOINT', hub.address);
  vi.stubEnv('HF_HOME', join(folder, 'hub'));
});
beforeEach(() => {
  said.length = 0;
  console.log = (...words) => void said.push(words);
});
afterEach(() => {
  console.log = log;
  process.chdir(start);
});
afterAll(() => {
  hub.stop();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Runs a page's program in a folder of its own. */
async function run(page) {
  const place = join(folder, page.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  for (const { info, code } of blocksOf(page)) if (info?.includes('.')) writeFileSync(join(place, info), code);
  writeFileSync(join(place, 'program.ts'), programOf(page));
  process.chdir(place);
  await import(join(place, 'program.ts'));
}

// What pages say of their output, in comments and sentences.
const promised = {
  'first-run': (last) => expect(last).toMatchObject({ eval_accuracy: expect.any(Number), eval_f1: expect.any(Number) }),
  'own-data': (last) =>
    expect(last).toMatchObject({ label: 0, text: expect.stringMatching(/invoice|twice|receipt|card/) }),
  'own-metric': (last) => {
    expect(said.find(([value]) => value.missed)).toEqual([{ missed: 2 }]);
    expect(last).toMatchObject({
      eval_predicted: expect.any(Number),
      eval_real: 0.5,
      eval_matthews_correlation: expect.any(Number),
    });
  },
  'own-kernel': (last) => expect(last).toEqual(Float32Array.of(0, 0.5, 2, 4.5, 8)),
  'from-pytorch': (last) => expect(last).toBeGreaterThan(0.9),
  'own-loop': (last) => expect(last).toMatchObject({ accuracy: expect.any(Number) }),
};

it.each(pages.map((page) => [page.slice(rootFolder.length + 1), page]))('%s runs', async (name, page) => {
  expect(programOf(page)).not.toBe('');
  await run(page);
  promised[basename(name, '.md')]?.(said.at(-1)?.[0]);
});
