// Which chunks a page requests that has its files, and one that names a repository.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { bundle } from './bundle-size.mjs';
import { rootFolder, rootInCode } from './setup/root-folder.mjs';

// A busy machine bundles slowly.
vi.setConfig({ testTimeout: 120_000 });

const packages = `${rootInCode}/packages`;
const model = join(rootFolder, 'packages/bert/golden/own-mini');
const files = Object.fromEntries(
  readdirSync(model)
    .filter((name) => name.endsWith('.json') || name.endsWith('.txt'))
    .map((name) => [name, readFileSync(join(model, name), 'utf8')]),
);

// Node has all that these need of a page but addresses without a host.
const code = `
  import { loadDataset } from '${packages}/data/src/index.ts';
  import { AutoTokenizer } from '${packages}/bert/src/index.ts';
  import { load } from '${packages}/evaluate/src/index.ts';
  const files = new Map(Object.entries(${JSON.stringify(files)}));
  const csv = 'text,label\\nfine,1\\n';
  globalThis.fetch = async (address) => {
    const name = String(address).split('/').at(-1);
    const content = name === 'train.csv' ? csv : files.get(name);
    const isHub = String(address).includes('huggingface.co');
    return content === undefined || isHub ? new Response('', { status: 404 }) : new Response(content);
  };
  const handle = {
    kind: 'directory',
    name: '',
    async getFileHandle(name) {
      if (!files.has(name)) throw Object.assign(new Error('absent'), { name: 'NotFoundError' });
      return { getFile: async () => new File([files.get(name)], name) };
    },
  };
  const asFiles = [...files].map(([name, content]) => new File([content], name));
  for (const folder of [files, asFiles, handle, 'https://example.org/model', '/model', './model'])
    await AutoTokenizer.fromPretrained(folder);
  for (const train of ['https://example.org/train.csv', '/train.csv', new File([csv], 'train.csv')])
    await loadDataset('csv', { dataFiles: { train } });
  await (await loadDataset('/train.csv')).map(({ label }) => ({ labels: label }));
  const missing = await loadDataset('csv', { dataFiles: '/missing.csv' }).catch(String);
  (await load('glue', 'mrpc')).compute({ predictions: [1, 0], references: [1, 1] });
  const before = [...globalThis.requested];
  const refused = [];
  for (const load of [() => loadDataset('owner/rows'), () => AutoTokenizer.fromPretrained('owner/model')])
    refused.push(await load().catch(String));
  console.log(JSON.stringify({ before, after: globalThis.requested, missing, refused }));
`;

it('a page with its own files requests the code that reads them, and never that of the hub', async () => {
  const chunks = await bundle({ code }, { target: 'es2022' });
  const folder = mkdtempSync(join(tmpdir(), 'attune-page-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { fileName, code: text } of chunks) {
      const file = join(folder, fileName);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `(globalThis.requested ??= []).push(${JSON.stringify(fileName)});${text}`);
    }
    const entry = chunks.find(({ isEntry }) => isEntry).fileName;
    const told = execFileSync(process.execPath, [join(folder, entry)], { encoding: 'utf8', stdio: 'pipe' });
    const { before, after, missing, refused } = JSON.parse(told);
    const ofHub = chunks.filter(({ modules }) => Object.keys(modules).some((id) => id.includes('/packages/hub/')));
    const hub = ofHub.map(({ fileName }) => fileName);
    expect(hub.length).toBeGreaterThan(0);
    expect(before.filter((name) => hub.includes(name))).toEqual([]);
    expect(after.filter((name) => hub.includes(name))).toEqual(hub);
    const late = chunks.filter(({ isDynamicEntry }) => isDynamicEntry);
    const namesOf = (some) => some.map(({ name }) => name).toSorted();
    const asked = ['accuracy', 'classScores', 'glue', 'readText'];
    expect(namesOf(late)).toEqual(
      expect.arrayContaining(['folderSources', 'keptTables', 'parseSplit', 'readJson', 'unpack', 'correlation']),
    );
    expect(namesOf(late.filter(({ fileName }) => before.includes(fileName)))).toEqual(asked);
    expect(missing).toContain("There is no file '/missing.csv'");
    for (const error of refused) expect(error).toMatch(/^Hub\w+Error: /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
