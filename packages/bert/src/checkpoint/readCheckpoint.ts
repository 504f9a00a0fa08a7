import { readSafetensors } from '@attune/tensor';
import { shown } from '@attune/validate';
import { CheckpointError } from './checkpointError.ts';
import type { StoredTensor } from './floats.ts';
import { refuseForeignBytes } from './foreignContent.ts';
import { nameFolder } from './nameFolder.ts';
import { parseJsonObject } from './parseJson.ts';
import type { PretrainedFiles } from './pretrainedFiles.ts';

export const weightsFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

function readTensors(bytes: Uint8Array, source: string): ReadonlyMap<string, StoredTensor> {
  refuseForeignBytes(bytes, source);
  return readSafetensors(bytes, source).tensors;
}

async function readShards(files: PretrainedFiles, indexText: string): Promise<Map<string, StoredTensor>> {
  const source = `${files.name}/${indexFile}`;
  const map = parseJsonObject(indexText, source).weight_map;
  if (typeof map !== 'object' || map === null)
    throw new CheckpointError(`${source} has no weight_map: it does not say which file holds which weight.`);
  const shardOf = new Map(Object.entries(map as Record<string, unknown>));
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(shardOf.values())) {
    if (typeof shard !== 'string' || !/^[\w.-]+\.safetensors$/.test(shard)) {
      throw new CheckpointError(
        `${source} names the file ${shown(shard)}; the name of a safetensors file in the same folder was expected.`,
      );
    }
    const bytes = await files.read(shard);
    if (!bytes)
      throw new CheckpointError(`${source} names ${shard}, which is not there. Download or copy the checkpoint again.`);
    for (const [name, tensor] of readTensors(bytes, `${files.name}/${shard}`)) {
      if (shardOf.get(name) === shard) tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of shardOf) {
    if (!tensors.has(name))
      throw new CheckpointError(
        `${source} says that ${String(shard)} holds '${name}', but it does not. The files do not belong together.`,
      );
  }
  return tensors;
}

/**
 * Reads all weights of a checkpoint: model.safetensors, or the files that
 * model.safetensors.index.json names.
 * @throws CheckpointError when there are none or files do not fit each other; SafetensorsError for
 *   a damaged file
 */
export async function readCheckpoint(files: PretrainedFiles): Promise<ReadonlyMap<string, StoredTensor>> {
  const bytes = await files.read(weightsFile);
  if (bytes) return readTensors(bytes, `${files.name}/${weightsFile}`);
  const index = await files.readText(indexFile);
  if (index !== undefined) return readShards(files, index);
  throw new CheckpointError(
    `${files.name} has neither ${weightsFile} nor ${indexFile}: there are no weights to load. ${nameFolder(await files.list())}`,
  );
}
