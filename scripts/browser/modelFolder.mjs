// A page loads a model by address, from the origin's own file system (OPFS), from Files and
// from a Map, and saves it there: no hub. The model lies at /model, where
// scripts/browser-tests.mjs puts it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AutoModelForSequenceClassification, AutoTokenizer } from '../../packages/bert/src/index.ts';
import { openDevice } from '../../packages/tensor/src/index.ts';

let device;
let expected;
beforeAll(async () => {
  device = await openDevice();
  expected = await logitsOf('/model');
});
afterAll(() => device.destroy());

async function load(folder) {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const model = await AutoModelForSequenceClassification.fromPretrained(folder, { device, silent: true });
  return { tokenizer, model };
}

async function logitsOf(folder) {
  const { tokenizer, model } = await load(folder);
  const logits = await model.forward(tokenizer(['The ferry was late.'])).logits.data();
  model.dispose();
  return Array.from(logits);
}

async function saveTo(target) {
  const { tokenizer, model } = await load('/model');
  await model.savePretrained(target);
  await tokenizer.savePretrained(target);
  model.dispose();
  return target;
}

it('the logits are numbers', () => {
  expect(expected).toHaveLength(2);
  expect(expected.every(Number.isFinite)).toBe(true);
});

it('a whole address and a URL are the same folder', async () => {
  expect(await logitsOf(`${location.origin}/model`)).toEqual(expected);
  expect(await logitsOf(new URL('/model', location.href))).toEqual(expected);
});

it('a model is saved to OPFS and loaded from there', async () => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('my-model', { create: true });
  await saveTo(folder);
  expect(await logitsOf(folder)).toEqual(expected);
  const files = [];
  for await (const handle of folder.values()) files.push(await handle.getFile());
  expect(files.map(({ name }) => name).sort()).toEqual([
    'config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(await logitsOf(files)).toEqual(expected);
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  expect(await logitsOf(transfer.files)).toEqual(expected);
});

it('a model is saved to a Map and loaded from its bytes and from Blobs', async () => {
  const files = await saveTo(new Map());
  expect(await logitsOf(files)).toEqual(expected);
  expect(await logitsOf(new Map([...files].map(([name, content]) => [name, new Blob([content])])))).toEqual(expected);
});

it('a folder that is not there is said to have no config.json, though the server answers', async () => {
  await expect(load('/nothing')).rejects.toThrow(/\/nothing/);
});
