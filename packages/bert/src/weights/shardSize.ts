import { CheckpointError } from '../errors.ts';

/** Bytes of '50GB', '200MB', '5GiB' or a number. @throws CheckpointError for anything else */
export function parseShardSize(size: number | string): number {
  if (typeof size === 'number' && size > 0) return size;
  const match = typeof size === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([KMGT])(i?)B\s*$/i.exec(size) : null;
  if (!match)
    throw new CheckpointError(
      `maxShardSize must be a number of bytes or a string such as '5GB' or '200MB'; got ${JSON.stringify(size)}`,
    );
  const power = 'KMGT'.indexOf(match[2]!.toUpperCase()) + 1;
  return Number(match[1]) * (match[3] ? 1024 : 1000) ** power;
}

/**
 * Splits tensors, in order, into groups of at most `limit` bytes; one that is larger stands alone.
 */
export function splitIntoShards<Tensor extends { readonly data: { readonly byteLength: number } }>(
  tensors: ReadonlyMap<string, Tensor>,
  limit: number,
): Map<string, Tensor>[] {
  const shards: Map<string, Tensor>[] = [];
  let room = 0;
  for (const [name, tensor] of tensors) {
    const size = tensor.data.byteLength;
    if (shards.length === 0 || size > room) {
      shards.push(new Map());
      room = limit;
    }
    shards.at(-1)!.set(name, tensor);
    room -= size;
  }
  return shards;
}
