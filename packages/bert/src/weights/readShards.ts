import { shown } from '@attune/validate';
import { CheckpointError } from '../errors.ts';
import { parseJsonObject } from '../folder/parseJson.ts';
import type { PretrainedFiles } from '../folder/pretrainedFiles.ts';
import type { StoredTensor } from './floats.ts';
import { readTensors } from './readTensors.ts';

/**
 * The weights of several files.
 *
 * @param source name of the file that says which is where
 * @throws CheckpointError
 */
export async function readShards(
  files: PretrainedFiles,
  indexText: string,
  source: string,
): Promise<Map<string, StoredTensor>> {
  const map = parseJsonObject(indexText, source).weight_map;
  if (typeof map !== 'object' || map === null)
    throw new CheckpointError(`${source} has no weight_map: it does not say which file holds which weight`);
  const shardOf = new Map(Object.entries(map as Record<string, unknown>));
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(shardOf.values())) {
    if (typeof shard !== 'string' || !/^[\w.-]+\.safetensors$/.test(shard)) {
      throw new CheckpointError(`${source} must name safetensors files in the same folder; it names ${shown(shard)}`);
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
