import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultDevice } from '@attune/tensor';
import type { DeviceInfo } from '@attune/tensor';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readOptions } from '../cli/options.ts';
import type { TrainOptions } from '../cli/options.ts';
import { chooseSource } from './choose.ts';
import { isDiscrete, lessonModel } from './lessonModel.ts';

const ownMini = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));
const tiny = Object.fromEntries(readdirSync(ownMini).map((file) => [file, readFileSync(join(ownMini, file))]));
const pairs = Buffer.from(
  'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\tA fox ran.\tA fox was running.\n0\t3\t4\tRain fell.\tIt was dry.\n',
);
const repositories: Readonly<Record<string, Readonly<Record<string, Buffer>>>> = {
  'models/bert-base-uncased': tiny,
  'models/sentence-transformers/all-MiniLM-L6-v2': tiny,
  'datasets/nyu-mll/glue': { 'mrpc/train.tsv': pairs, 'mrpc/validation.tsv': pairs },
};
const commit = 'a'.repeat(40);

let server: Server;
let requests: string[];
let folder: string;
beforeEach(async () => {
  requests = [];
  folder = mkdtempSync(join(tmpdir(), 'attune-choose-'));
  server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    requests.push(url);
    for (const [name, files] of Object.entries(repositories)) {
      if (url.startsWith(`/api/${name}/revision/`)) response.end(JSON.stringify({ sha: commit }));
      else if (url.startsWith(`/api/${name}/tree/`))
        response.end(
          JSON.stringify(
            Object.entries(files).map(([path, bytes]) => {
              const oid = createHash('sha256').update(bytes).digest('hex');
              return { type: 'file', path, size: bytes.length, oid, lfs: { oid, size: bytes.length, pointerSize: 1 } };
            }),
          ),
        );
      else if (url.startsWith(`/${name.replace('models/', '')}/resolve/`))
        response.end(files[url.split(`/resolve/${commit}/`)[1] ?? '']);
    }
    if (!response.writableEnded) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ['HF_HUB_OFFLINE', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy']) vi.stubEnv(name, '');
  vi.stubEnv('HF_HUB_CACHE', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const { info: here } = await defaultDevice();
const software: DeviceInfo = { ...here, software: true };
const discrete: DeviceInfo = { ...here, software: false, vendor: 'nvidia', device: 'nvidia-geforce-rtx-4070' };
const optionsOf = (...words: string[]) => readOptions(words) as TrainOptions;

describe('what is trained if nothing is named', () => {
  it.each([
    ['a software adapter', software, 'sentence-transformers/all-MiniLM-L6-v2', /23 million weights, 92 MB.*minutes on/],
    ['a discrete GPU', discrete, 'bert-base-uncased', /110 million weights, 442 MB.*one to ten minutes/],
  ])('%s: told before anything is downloaded', async (_, adapter, model, told) => {
    const said: string[] = [];
    const downloads: number[] = [];
    const source = await chooseSource(optionsOf(), adapter, (line) => {
      said.push(line);
      downloads.push(requests.filter((url) => url.includes('/resolve/')).length);
    });
    expect(source.modelName).toBe(model);
    expect(source.datasetName).toBe('glue/mrpc');
    expect(source.train.length).toBe(2);
    expect(said[0]).toContain(model);
    expect(said[0]).toMatch(told);
    expect(downloads[0]).toBe(0);
    using trained = await source.createModel(1);
    expect(trained.config.labels).toEqual(['not_equivalent', 'equivalent']);
  });

  it('the embedded default where the hub cannot be reached, and where it is asked for', async () => {
    for (const [words, endpoint] of [
      [[], 'http://127.0.0.1:9'],
      [['--pocket'], process.env['HF_ENDPOINT']],
    ] as const) {
      vi.stubEnv('HF_ENDPOINT', endpoint);
      for (const adapter of [software, discrete]) {
        const source = await chooseSource(optionsOf(...words), adapter, () => {});
        expect(source.datasetName).toBe('pocket pairs');
      }
    }
    expect(requests).toEqual([]);
  });

  it('a model that suits the adapter, where only the dataset is named', async () => {
    const said: string[] = [];
    const source = await chooseSource(optionsOf('--dataset', 'glue/mrpc'), software, (line) => said.push(line));
    expect(source.modelName).toBe('sentence-transformers/all-MiniLM-L6-v2');
    expect(said.join()).toMatch(/No model was named: using .*all-MiniLM-L6-v2 \(23 million weights/);
  });
});

describe('a GPU with memory of its own', () => {
  const adapter = (vendor: string, device: string, architecture = '') => ({
    software: false,
    vendor,
    device,
    architecture,
  });
  it.each([
    [adapter('nvidia', 'nvidia-h100-80gb-hbm3'), true],
    [adapter('nvidia', 'NVIDIA Tegra Orin (nvgpu)'), false],
    [adapter('amd', 'amd-radeon-rx-6800-xt--radv-navi21-'), true],
    [adapter('amd', 'amd-radeon-780m--radv-phoenix-'), false],
    [adapter('intel', 'intel-r--arc-tm--a770-graphics--dg2-', 'xe-hpg'), true],
    [adapter('intel', 'intel-r--iris-r--xe-graphics--tgl-gt2-', 'gen-12lp'), false],
    [adapter('apple', 'apple-m2', 'metal-3'), false],
    [{ ...adapter('nvidia', 'nvidia-geforce-rtx-4070'), software: true }, false],
  ])('%j: %s', (info, expected) => {
    expect(isDiscrete(info)).toBe(expected);
  });

  it('times follow the cores of a software adapter', () => {
    const times = [1, 2, 8, 64].map((cores) => lessonModel({ ...adapter('mesa', 'llvmpipe'), software: true }, cores));
    expect(times.map(({ time }) => time)).toEqual([
      'about 40 minutes on one core',
      'about 20 minutes on 2 cores',
      'about 5 minutes on 8 cores',
      'about 5 minutes on 64 cores',
    ]);
  });
});
