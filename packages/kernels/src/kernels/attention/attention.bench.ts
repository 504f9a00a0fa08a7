import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { attention, attentionBackward } from './index.ts';

benchKernels('attention', (gpu) => {
  const cases: Record<string, () => void> = {};
  for (const { sequences, tokens, numHeads, headSize } of [
    { sequences: 16, tokens: 64, numHeads: 2, headSize: 64 },
    { sequences: 8, tokens: 48, numHeads: 12, headSize: 32 },
  ]) {
    const totalTokens = sequences * tokens;
    const size = totalTokens * numHeads * headSize;
    const upload = (label: string) => gpu.upload(normalNumbers(size, size), 'f32', label);
    const output = (label: string, length = size) => gpu.allocatePersistent('f32', length, label);
    const tokenKeys = Uint32Array.from(
      { length: totalTokens },
      (_, row) => (Math.floor(row / tokens) << 16) | (row % tokens),
    );
    const random = {
      state: gpu.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
      tokenKeys: gpu.upload(tokenKeys, 'u32', 'keys'),
    };
    const cuSeqlens = gpu.upload(
      Uint32Array.from({ length: sequences + 1 }, (_, index) => index * tokens),
      'u32',
      'cuSeqlens',
    );
    const shape = { cuSeqlens, totalTokens, numSequences: sequences, maxSeqlen: tokens, numHeads, headSize };
    const forward = {
      query: upload('query'),
      key: upload('key'),
      value: upload('value'),
      output: output('output'),
      logSumExp: output('logSumExp', totalTokens * numHeads),
    };
    const gradients = { gradQuery: output('gradQuery'), gradKey: output('gradKey'), gradValue: output('gradValue') };
    const gradOutput = upload('gradOutput');
    for (const dropout of [undefined, { probability: 0.1, site: 1, random }]) {
      const name = `${sequences} x ${tokens}, ${numHeads} x ${headSize}${dropout ? ', dropout' : ''}`;
      for (const variant of gpu.profile.subgroupSize === 8
        ? (['byRow', 'bySubgroup', 'flash', 'padded', 'tiled'] as const)
        : (['byRow', 'flash', 'padded', 'tiled'] as const)) {
        cases[`${name}, ${variant}`] = () => attention(gpu, { ...forward, ...shape, dropout, variant });
        cases[`${name}, ${variant}, backward`] = () =>
          attentionBackward(gpu, { ...forward, gradOutput, ...gradients, ...shape, dropout, variant });
      }
    }
  }
  return cases;
});
