// A hub on loopback that has, under the names that READMEs use, a tiny BERT and made-up pairs of
// sentences: snippets run as they are printed, without a network.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';

const commit = 'a'.repeat(40);

/** @returns {Promise<{ address: string, stop: () => void }>} */
export async function startMadeUpHub() {
  const golden = join(rootFolder, 'packages/bert/golden/own-mini');
  const model = new Map(readdirSync(golden).map((name) => [name, readFileSync(join(golden, name))]));
  const repositories = {
    'models/bert-base-uncased': model,
    'models/sentence-transformers/all-MiniLM-L6-v2': model,
    'datasets/nyu-mll/glue': madeUpPairs(),
  };
  const server = createServer((request, response) => answer(repositories, request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

/** Rows as GLUE's MRPC has them: every second pair says the same twice. */
function madeUpPairs() {
  const subjects = ['ferry', 'tram', 'market', 'library', 'bridge', 'harbour', 'school', 'museum'];
  const rows = subjects.flatMap((subject, index) => [
    {
      sentence1: `The ${subject} opens at nine.`,
      sentence2: `At nine the ${subject} opens.`,
      label: 1,
      idx: 2 * index,
    },
    { sentence1: `The ${subject} opens at nine.`, sentence2: `The ${subject} was sold.`, label: 0, idx: 2 * index + 1 },
  ]);
  const lines = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return new Map(['train', 'validation', 'test'].map((split) => [`mrpc/${split}.jsonl`, lines]));
}

function answer(repositories, request, response) {
  const url = decodeURIComponent(request.url);
  const json = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  for (const [name, files] of Object.entries(repositories)) {
    const page = name.replace(/^models\//, '');
    if (url.startsWith(`/api/${name}/revision/`)) return json({ sha: commit });
    if (url.startsWith(`/api/${name}/tree/`)) return json([...files].map(([path, content]) => entry(path, content)));
    const file = url.startsWith(`/${page}/resolve/${commit}/`) && files.get(url.split(`/resolve/${commit}/`)[1]);
    if (file) return response.writeHead(200, { 'content-length': file.length }).end(file);
  }
  return response.writeHead(404).end();
}

const entry = (path, content) => ({
  type: 'file',
  path,
  size: content.length,
  oid: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
});
