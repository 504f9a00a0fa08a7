import { DatasetError } from '../errors.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { shardOptions } from './options.ts';
import type { ShardOptions } from './options.ts';

/** Row numbers of one of several equal parts. @throws DatasetError */
export function shardRows(length: number, options: ShardOptions): Int32Array {
  requireDatasetOptions('shard', options, shardOptions);
  const { numShards, index, contiguous = true } = options;
  if (index >= numShards)
    throw new DatasetError(
      `shard: index must be from 0 to ${numShards - 1}, as numShards is ${numShards}; got ${index}`,
    );
  if (!contiguous)
    return Int32Array.from({ length: Math.ceil((length - index) / numShards) }, (_, row) => index + row * numShards);
  const [whole, rest] = [Math.floor(length / numShards), length % numShards];
  const start = whole * index + Math.min(index, rest);
  return Int32Array.from({ length: whole + (index < rest ? 1 : 0) }, (_, row) => start + row);
}
