import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileContent } from '@attune/platform';
import { openDevice, type Device } from '@attune/tensor';
import { AutoModelForSequenceClassification, AutoTokenizer, CheckpointError } from '../index.ts';
import type { DirectoryHandle, FileLike, ModelFolder, WritableFolder } from '../index.ts';

const own = join(import.meta.dirname, '../../golden/own-mini');
const files = new Map(readdirSync(own).map((name) => [name, new Uint8Array(readFileSync(join(own, name)))]));
// A URL writes its blank as %20.
const ownWithBlank = join(mkdtempSync(join(tmpdir(), 'attune folder ')), 'model');
cpSync(own, ownWithBlank, { recursive: true });
const asFile = (name: string, folder?: string) =>
  Object.assign(new File([files.get(name)!], name), folder ? { webkitRelativePath: `${folder}/${name}` } : {});

/** A directory handle over a Map, as OPFS gives one. */
function handleOf(content: Map<string, FileContent>): DirectoryHandle {
  const notFound = () => Object.assign(new Error('A requested file could not be found.'), { name: 'NotFoundError' });
  return {
    kind: 'directory',
    name: 'my-model',
    async getFileHandle(name, { create = false } = {}) {
      if (!content.has(name) && !create) throw notFound();
      return {
        getFile: async () => new File([content.get(name) as string], name) as FileLike,
        async createWritable() {
          let written: FileContent = '';
          return {
            write: async (bytes) => void (written = bytes),
            close: async () => void content.set(name, written),
          };
        },
      };
    },
    getDirectoryHandle: () => Promise.reject(notFound()),
    removeEntry: async (name) => void content.delete(name),
    async *keys() {
      yield* content.keys();
    },
  };
}

let device: Device;
let server: Server;
let address: string;
beforeAll(async () => {
  device = await openDevice();
  server = createServer(({ url }, response) => {
    const content = files.get(url!.replace('/model/', ''));
    // As servers of single-page programs do.
    if (!content) response.setHeader('content-type', 'text/html').end('<!doctype html>');
    else response.end(content);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model`;
});
afterAll(() => {
  server.close();
  device.destroy();
});

async function loadAndRun(folder: ModelFolder) {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const model = await AutoModelForSequenceClassification.fromPretrained(folder, { device, silent: true });
  const logits = await model.forward(tokenizer(['The ferry was late.'])).logits.data();
  return { tokenizer, model, logits };
}

describe('a checkpoint that is not a name', () => {
  it.each<[string, () => ModelFolder]>([
    ['a Map of bytes', () => files],
    [
      'a Map of Blobs and texts',
      () =>
        new Map(
          [...files].map(([name, bytes]) => [
            name,
            name.endsWith('json') ? new TextDecoder().decode(bytes) : new Blob([bytes]),
          ]),
        ),
    ],
    ['a list of Files', () => [...files.keys()].map((name) => asFile(name))],
    ['the Files of a chosen folder', () => [...files.keys()].map((name) => asFile(name, 'chosen'))],
    ['a directory handle', () => handleOf(new Map(files))],
    ['an address', () => address],
    ['an address with a slash', () => `${address}/`],
    ['a URL', () => new URL(address)],
    ['a URL of a folder here', () => pathToFileURL(ownWithBlank)],
  ])('loads from %s what its folder gives', async (_what, folder) => {
    const { logits, model } = await loadAndRun(folder());
    const expected = await loadAndRun(own);
    expect(logits).toEqual(expected.logits);
    for (const loaded of [model, expected.model]) loaded.dispose();
  });

  it('names the file of an address that no server answers at, or that breaks off', async () => {
    const closing = createServer(({ url }, response) => {
      if (url!.startsWith('/gone')) return void response.socket?.destroy();
      response.setHeader('content-length', 100);
      response.write('{', () => response.socket?.destroy());
    });
    await new Promise<void>((resolve) => void closing.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(closing.address() as AddressInfo).port}`;
    for (const path of ['gone', 'short']) {
      const loading = AutoTokenizer.fromPretrained(`${base}/${path}`);
      await expect(loading).rejects.toThrow(CheckpointError);
      await expect(loading).rejects.toThrow(`${base}/${path}/tokenizer.json could not be read: `);
    }
    closing.close();
  });

  it.each<[string, () => { target: WritableFolder; content: Map<string, FileContent> }]>([
    [
      'a Map',
      () => {
        const content = new Map<string, FileContent>([['model-00001-of-00002.safetensors', 'old']]);
        return { target: content, content };
      },
    ],
    [
      'a directory handle',
      () => {
        const content = new Map<string, FileContent>([['model-00001-of-00002.safetensors', 'old']]);
        return { target: handleOf(content), content };
      },
    ],
  ])('is saved to %s, without weights of an earlier save, and loads again', async (_what, make) => {
    const { target, content } = make();
    const { model, tokenizer, logits } = await loadAndRun(own);
    await model.savePretrained(target);
    await tokenizer.savePretrained(target);
    expect([...content.keys()].sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const again = await loadAndRun(target);
    expect(again.logits).toEqual(logits);
    for (const loaded of [model, again.model]) loaded.dispose();
  });
});

describe('says what is wrong', () => {
  const load = (folder: ModelFolder, options = {}) =>
    AutoModelForSequenceClassification.fromPretrained(folder, options);

  it('with files that are not a model', async () => {
    await expect(load(new Map([['model.gguf', 'x']]))).rejects.toThrow(
      'the files given has no config.json: it is not a checkpoint of a model. It holds GGUF',
    );
    await expect(load(handleOf(new Map()))).rejects.toThrow(/the folder 'my-model' has no config.json/);
    await expect(load(address.replace('model', 'nothing'))).rejects.toThrow(/nothing has no config.json/);
  });

  it('with an option of the hub, and with what is not a folder at all', async () => {
    await expect(load(files, { revision: 'main' })).rejects.toThrow(
      /the files given: the option revision \("main"\) is for names on the hub/,
    );
    await expect(load(3 as never)).rejects.toThrow(
      /a hub name such as 'bert-base-uncased', or a folder: its path, an address/,
    );
    await expect(load(['config.json'] as never)).rejects.toThrow(CheckpointError);
  });
});
