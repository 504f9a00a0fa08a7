import type { FileContent } from '@attune/platform';
import { writeSafetensors } from '@attune/tensor';
import { indexFile, weightsFile } from './readCheckpoint.ts';
import { splitIntoShards } from './shardSize.ts';

/** A weight on the host. */
export interface HostWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Python's `transformers` refuses files without this. */
const metadata = { format: 'pt' };

const numbered = (index: number, count: number): string => {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `model-${digits(index + 1)}-of-${digits(count)}.safetensors`;
};

/** Files of an earlier, differently split save: they must not stay beside new ones. */
export const isWeightsFile = (name: string): boolean =>
  /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/.test(name);

/**
 * The files of a checkpoint: config.json and model.safetensors, or numbered parts with
 * an index when they would be over `maxShardBytes`. config.json is the last, so that
 * it takes its place last.
 */
export function checkpointFiles(
  config: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, HostWeight>,
  maxShardBytes: number,
): Map<string, FileContent> {
  const files = new Map<string, FileContent>();
  const shards = splitIntoShards(weights, maxShardBytes);
  if (shards.length <= 1) {
    files.set(weightsFile, writeSafetensors(weights, metadata));
  } else {
    const weightMap: Record<string, string> = {};
    shards.forEach((shard, index) => {
      const name = numbered(index, shards.length);
      for (const key of shard.keys()) weightMap[key] = name;
      files.set(name, writeSafetensors(shard, metadata));
    });
    const values = [...weights.values()];
    const totals = {
      total_parameters: values.reduce((sum, { data }) => sum + data.length, 0),
      total_size: values.reduce((sum, { data }) => sum + data.byteLength, 0),
    };
    files.set(indexFile, `${JSON.stringify({ metadata: totals, weight_map: weightMap }, undefined, 2)}\n`);
  }
  files.set('config.json', `${JSON.stringify(config, undefined, 2)}\n`);
  return files;
}
