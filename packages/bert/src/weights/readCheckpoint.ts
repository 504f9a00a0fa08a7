import { CheckpointError } from '../errors.ts';
import { describeFiles, type PretrainedFiles } from '../folder/pretrainedFiles.ts';
import type { StoredTensor } from './floats.ts';
import { readTensors } from './readTensors.ts';

export const weightsFile = 'model.safetensors';
export const indexFile = 'model.safetensors.index.json';

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
  if (index !== undefined)
    return (await import('./readShards.ts')).readShards(files, index, `${files.name}/${indexFile}`);
  throw new CheckpointError(
    `${files.name} has neither ${weightsFile} nor ${indexFile}: there are no weights to load. ${await describeFiles(files)}`,
  );
}
