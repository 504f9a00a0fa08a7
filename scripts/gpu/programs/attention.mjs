// Times attention in every variant that the adapter runs, forward and backward, and prints a line
// of JSON for each as soon as it has it: milliseconds of one call, and whether the device takes
// this variant by itself. Usage: node attention.mjs [quick]
import {
  addAttentionCandidates,
  attention,
  attentionBackward,
  loadVariants,
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
await loadVariants();
await warmUp(gpu, quick);
/**
 * What runs a variant, and what it is called: flash in less workgroup memory too, where the adapter
 * gives so much that it stages more rows.
 */
const devices = [{ device: gpu, words: '' }];
const less = 32768;
if (gpu.info.limits.maxComputeWorkgroupStorageSize >= 49152) {
  const limits = { maxComputeWorkgroupStorageSize: less };
  devices.push({ device: await openDevice({ limits }), words: ` in ${less / 1024} KiB`, only: 'flash' });
}
// 2048 tokens of as many channels as BERT-base has.
const [lengths, tokens, channels] = quick ? [[8], 16, 64] : [[64, 128, 512], 2048, 768];
const variants = ['byRow', 'bySubgroup', 'tiled', 'padded', 'flash', 'flashMatrix'];
for (const headSize of quick ? [32] : [64, 128]) {
  const ownChoice = chosenVariant(gpu, 'attention', { headSize });
  for (const type of ['f32', 'f16']) {
    for (const length of lengths) {
      const sizes = { type, length, headSize, numHeads: channels / headSize };
      const runners = devices.map(({ device, words, only }) => ({
        device,
        words,
        ...makePasses(device, sizes),
        names: variants.filter((name) => (only ?? name) === name && runs(device, name, headSize)),
      }));
      // Side by side; a program that does not compile says so where it is timed.
      for (const { device, passes, names } of runners) {
        const together = () => Object.values(passes).forEach((record) => names.forEach((name) => record(name)));
        await device.prepare(together).catch(() => {});
      }
      for (const pass of ['forward', 'backward']) {
        for (const { device, words, passes, names } of runners) {
          for (const variant of names) {
            const record = () => passes[pass](variant);
            const result = await time(device, record).catch(({ message }) => ({ error: message.split('\n')[0] }));
            const own = variant === ownChoice && !words;
            const line = {
              pass,
              sequences: tokens / length,
              ...sizes,
              variant: variant + words,
              default: own,
              ...result,
            };
            console.log(JSON.stringify(line));
          }
        }
      }
      for (const { release } of runners) release();
    }
  }
}
process.exit(0);

function runs(device, variant, headSize) {
  try {
    return chosenVariant(device, 'attention', { variant, headSize }) === variant;
  } catch {
    return false;
  }
}

/**
 * Forward and backward of sequences of one length with dropout, as training has them: one array for
 * queries, keys and values.
 */
function makePasses(device, { type, length, headSize, numHeads }) {
  const sequences = tokens / length;
  const size = tokens * channels;
  const zeros = (elements, elementType, label) => {
    const array = device.allocate(elementType, elements, label);
    device.clear(array);
    return array;
  };
  const given = {
    qkv: zeros(3 * size, type, 'qkv'),
    output: zeros(size, type, 'output'),
    logSumExp: zeros(tokens * numHeads, 'f32', 'logSumExp'),
    cuSeqlens: device.upload(
      Uint32Array.from({ length: sequences + 1 }, (_, index) => index * length),
      'u32',
      'cuSeqlens',
    ),
  };
  const gradients = { gradOutput: zeros(size, type, 'gradOutput'), gradQkv: zeros(3 * size, type, 'gradQkv') };
  const rows = Uint32Array.from({ length: tokens }, (_, row) => Math.floor(row / length) * 65536 + (row % length));
  const random = {
    state: device.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
    tokenKeys: device.upload(rows, 'u32', 'keys'),
  };
  const dropout = { probability: 0.1, site: 1, random };
  const shape = { totalTokens: tokens, numSequences: sequences, maxSeqlen: length, numHeads, headSize, dropout };
  return {
    passes: {
      forward: (variant) => attention(device, { ...given, ...shape, variant }),
      backward: (variant) => attentionBackward(device, { ...given, ...gradients, ...shape, variant }),
    },
    release() {
      for (const array of [...Object.values(given), ...Object.values(gradients), ...Object.values(random)])
        device.release(array);
    },
  };
}

/** The best of a few rounds; what compiles comes before them. */
async function time(device, record) {
  await device.prepare(record);
  const timed = async (calls) => {
    const began = performance.now();
    for (let index = 0; index < calls; index++) record();
    await device.idle();
    return (performance.now() - began) / calls;
  };
  const first = await timed(1);
  const calls = quick ? 1 : Math.min(mostCalls, Math.max(2, Math.round(window / first)));
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await timed(calls));
  return { ms: Math.min(...times) };
}
