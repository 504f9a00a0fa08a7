import type { Device } from '@attune/tensor';
import { largestHead } from '@attune/tensor/internal';
import type { WeightShapes } from '../bert/weightShapes.ts';
import type { BertConfig } from '../config/bertConfig.ts';
import { ConfigError } from '../errors.ts';

/** @throws ConfigError for a valid configuration that is not supported here */
export function requireComputable({ hiddenSize, numAttentionHeads }: BertConfig, source: string): void {
  const headSize = hiddenSize / numAttentionHeads;
  if (headSize > largestHead)
    throw new ConfigError(
      `${source}: hiddenSize ${hiddenSize} over numAttentionHeads ${numAttentionHeads} makes heads of ${headSize} channels; ` +
        `at most ${largestHead} are supported`,
    );
}

/** @throws ConfigError naming a weight that is too large for the adapter */
export function requireMemory({ info }: Device, shapes: WeightShapes, source: string): void {
  const { maxBufferSize, maxStorageBufferBindingSize } = info.limits;
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  for (const [name, shape] of shapes) {
    const bytes = shape.reduce((product, size) => product * size, 4);
    if (bytes > most)
      throw new ConfigError(
        `${source}: the weight ${name} [${shape.join(', ')}] needs ${bytes} bytes; this adapter takes at most ${most} in one array. ` +
          'Choose a smaller model, or an adapter that takes more.',
      );
  }
}
