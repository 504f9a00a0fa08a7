import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HubOfflineError } from '@attune/hub';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import { loadDataset } from '../../index.ts';
import { ownFolder } from '../../testing/ownFolder.ts';
import { glueFeatures } from '../glue/glue.ts';

const folder = ownFolder();

describe('from the hub', () => {
  const commit = 'a'.repeat(40);

  async function withHub(
    files: Readonly<Record<string, Uint8Array>>,
    body: (requests: string[]) => Promise<void>,
  ): Promise<void> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      const url = request.url ?? '';
      requests.push(url);
      if (url === '/api/datasets/nyu-mll/glue/revision/main') response.end(JSON.stringify({ sha: commit }));
      else if (url.startsWith(`/api/datasets/nyu-mll/glue/tree/${commit}`)) {
        response.end(
          JSON.stringify(
            Object.entries(files).map(([path, bytes]) => ({
              type: 'file',
              path,
              size: bytes.length,
              oid: 'b'.repeat(40),
              lfs: { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 1 },
            })),
          ),
        );
      } else {
        const found = files[url.split(`/resolve/${commit}/`)[1] ?? ''];
        if (found) response.end(found);
        else response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('TRANSFORMERS_OFFLINE', '');
    vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('HF_HUB_CACHE', join(folder.path, 'cache'));
    try {
      await body(requests);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'label', data: [1, 0], type: 'INT32' }] }));
  const files = {
    'README.md': new TextEncoder().encode('# GLUE'),
    'mrpc/train-00000-of-00001.parquet': bytes,
    'mrpc/validation-00000-of-00001.parquet': bytes,
    'mnli/validation_matched-00000-of-00001.parquet': bytes,
  };

  it("loadDataset('glue', 'mrpc'), and again without a network", async () => {
    await withHub(files, async (requests) => {
      const mrpc = await loadDataset('glue', 'mrpc');
      expect(mrpc.numRows()).toEqual({ train: 2, validation: 2 });
      expect(mrpc.split('train').features['label']).toEqual(glueFeatures['mrpc']?.['label']);
      expect((await loadDataset('glue', 'mnli', { split: 'validation_matched' })).length).toBe(2);
      expect(requests.filter((url) => url.includes('README') || url.includes('qqp'))).toEqual([]);
    });
    expect((await loadDataset('glue', 'mrpc')).numRows()).toEqual({ train: 2, validation: 2 });
  });

  it('names the configurations', async () => {
    await withHub(files, async () => {
      await expect(loadDataset('glue')).rejects.toThrow("pass one of mnli, mrpc, as loadDataset('glue', 'mnli')");
      await expect(loadDataset('glue', 'mprc')).rejects.toThrow("no configuration 'mprc'. It has: mnli, mrpc");
    });
  });

  it('without a network says how to pass a folder', async () => {
    vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
    vi.stubEnv('HF_HUB_CACHE', join(folder.path, 'empty'));
    const error = await loadDataset('glue', 'mrpc').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HubOfflineError);
    expect((error as Error).message).toContain('pass the path of that folder');
  });
});
