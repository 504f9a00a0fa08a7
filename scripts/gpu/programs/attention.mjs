// Times attention in every variant that the adapter runs, forward and backward, and prints a line of JSON for each as soon as it has it:
// milliseconds of one call, and whether the device takes this variant by itself. Usage: node attention.mjs [quick]
import {
  addAttentionCandidates,
  attention,
  attentionBackward,
  openDevice,
} from '../../../packages/kernels/src/index.ts';
import { chosenVariant } from '../../../packages/kernels/src/kernels/attention/variants.ts';
import { warmUp } from './warmUp.mjs';

const quick = process.argv[2] === 'quick';
const rounds = quick ? 1 : 3;
/** Milliseconds that a round takes, and calls of it at most. */
const [window, mostCalls] = [20, 100];
addAttentionCandidates();
const gpu = await openDevice();
await warmUp(gpu, quick);
// 2048 tokens of as many channels as BERT-base has.
const [lengths, tokens, channels] = quick ? [[8], 16, 64] : [[64, 128, 512], 2048, 768];
for (const headSize of quick ? [32] : [64, 128]) {
  const names = ['byRow', 'bySubgroup', 'tiled', 'padded', 'flash', 'flashMatrix'].filter((name) =>
    runs(name, headSize),
  );
  const ownChoice = chosenVariant(gpu, 'attention', { headSize });
  for (const type of ['f32', 'f16']) {
    for (const length of lengths) {
      const { passes, release } = makePasses({ type, length, headSize, numHeads: channels / headSize });
      const together = () => Object.values(passes).forEach((record) => names.forEach((name) => record(name)));
      // Side by side; a program that does not compile says so where it is timed.
      await gpu.prepare(together).catch(() => {});
      for (const [pass, record] of Object.entries(passes)) {
        const shape = { pass, type, sequences: tokens / length, length, headSize, numHeads: channels / headSize };
        for (const variant of names) {
          const result = await time(() => record(variant)).catch(({ message }) => ({ error: message.split('\n')[0] }));
          console.log(JSON.stringify({ ...shape, variant, default: variant === ownChoice, ...result }));
        }
      }
      release();
    }
  }
}
process.exit(0);

function runs(variant, headSize) {
  try {
    return chosenVariant(gpu, 'attention', { variant, headSize }) === variant;
  } catch {
    return false;
  }
}

/** Forward and backward of sequences of one length with dropout, as training has them: one array for queries, keys and values. */
function makePasses({ type, length, headSize, numHeads }) {
  const sequences = tokens / length;
  const size = tokens * channels;
  const zeros = (elements, elementType, label) => {
    const array = gpu.allocate(elementType, elements, label);
    gpu.clear(array);
    return array;
  };
  const given = {
    qkv: zeros(3 * size, type, 'qkv'),
    output: zeros(size, type, 'output'),
    logSumExp: zeros(tokens * numHeads, 'f32', 'logSumExp'),
    cuSeqlens: gpu.upload(
      Uint32Array.from({ length: sequences + 1 }, (_, index) => index * length),
      'u32',
      'cuSeqlens',
    ),
  };
  const gradients = { gradOutput: zeros(size, type, 'gradOutput'), gradQkv: zeros(3 * size, type, 'gradQkv') };
  const rows = Uint32Array.from({ length: tokens }, (_, row) => Math.floor(row / length) * 65536 + (row % length));
  const random = {
    state: gpu.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
    tokenKeys: gpu.upload(rows, 'u32', 'keys'),
  };
  const dropout = { probability: 0.1, site: 1, random };
  const shape = { totalTokens: tokens, numSequences: sequences, maxSeqlen: length, numHeads, headSize, dropout };
  return {
    passes: {
      forward: (variant) => attention(gpu, { ...given, ...shape, variant }),
      backward: (variant) => attentionBackward(gpu, { ...given, ...gradients, ...shape, variant }),
    },
    release() {
      for (const array of [...Object.values(given), ...Object.values(gradients), ...Object.values(random)])
        gpu.release(array);
    },
  };
}

/** The best of a few rounds; what compiles comes before them. */
async function time(record) {
  await gpu.prepare(record);
  const timed = async (calls) => {
    const began = performance.now();
    for (let index = 0; index < calls; index++) record();
    await gpu.idle();
    return (performance.now() - began) / calls;
  };
  const first = await timed(1);
  const calls = quick ? 1 : Math.min(mostCalls, Math.max(2, Math.round(window / first)));
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(calls));
  return { ms: Math.min(...times) };
}
