import { expect, it, vi } from 'vitest';
import { loadDataset } from '../../index.ts';
import files from './parquet.golden.json' with { type: 'json' };

/** Reads a file where no WebAssembly may be compiled, as in pages with a strict policy. */
function load(name: 'snappy' | 'gzip') {
  const refuse = function () {
    throw Object.assign(new Error('violates the Content Security Policy'), { name: 'CompileError' });
  };
  vi.stubGlobal('WebAssembly', { Module: refuse });
  const file = new File([Buffer.from(files[name], 'base64')], `${name}.parquet`);
  return loadDataset('parquet', { dataFiles: file, split: 'train' }).finally(() => vi.unstubAllGlobals());
}

it('reads Snappy without WebAssembly', async () => {
  expect((await load('snappy')).column('text')).toEqual(['good film', 'good film', null]);
});

it('says what a page must allow, to read what needs WebAssembly', async () => {
  await expect(load('gzip')).rejects.toThrow(
    /gzip\.parquet' cannot be read as Parquet: .*add 'wasm-unsafe-eval' to script-src/,
  );
});
