import { AdamW, autocast, loadVariants, openDevice, type Device } from '@attune/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BertConfig } from '../config/bertConfig.ts';
import { BertForSequenceClassification } from './sequenceClassification.ts';

// Recorded and not run, as a GPU with matrix units chooses its kernels; parameters lie in parts of
// three layers, as those of a large model do.
let device: Device;
beforeAll(async () => {
  // The adapter at hand would not load what GPUs choose among.
  await loadVariants();
  device = await openDevice();
  const subgroupMatrix = [{ componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 }];
  const ofGpu = { software: false, mesaVersion: 0, f16: true, f16Storage: 'native', subgroups: true, subgroupSize: 32 };
  const limits = {
    maxComputeWorkgroupStorageSize: 49152,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxStorageBufferBindingSize: 3 * bytesOfLayer + 2 ** 16,
  };
  Object.assign(device, {
    profile: { ...device.profile, ...ofGpu, subgroupMatrix },
    info: { ...device.info, software: false, limits: { ...device.info.limits, ...limits } },
    dispatch: () => {},
  });
});
afterAll(() => device.destroy());

const hiddenSize = 128;
const bytesOfLayer = 4 * 12 * hiddenSize ** 2;

interface Step {
  readonly batchSize: number;
  readonly fp16: boolean;
  readonly everyNLayers?: number;
}

/** The peak of a step of twelve layers, in bytes a weight. */
async function peakOf({ batchSize, fp16, everyNLayers }: Step): Promise<number> {
  const sizes = { hiddenSize, intermediateSize: 4 * hiddenSize, numHiddenLayers: 12, numAttentionHeads: 2 };
  const config = new BertConfig({ vocabSize: 40, maxPositionEmbeddings: 64, ...sizes });
  const { liveBytes } = device.memory;
  using model = await BertForSequenceClassification.fromConfig(config, { device, seed: 1 });
  using optimizer = new AdamW(model.parameters(), { lr: 1e-3, fp16 });
  model.train();
  if (everyNLayers) model.activationCheckpointingEnable({ everyNLayers });
  const batch = {
    input_ids: { data: new Int32Array(64 * batchSize).fill(7), shape: [batchSize, 64] },
    labels: { data: new Int32Array(batchSize), shape: [batchSize] },
  };
  device.resetPeakMemory();
  device.scope(() => {
    const { loss } = fp16 ? autocast(() => model.forward(batch)) : model.forward(batch);
    loss!.backward(1, { releaseResults: true });
  });
  void optimizer.step();
  const weights = [...model.parameters()].reduce((sum, { size }) => sum + size, 0);
  return (device.memory.peakBytes - liveBytes) / weights;
}

// In bytes a weight, 1% above what is reached. Weights and moments are 12, gradients 4, f16 copies,
// of which a segment's go before the gradients of the one before it come, 2, and what layers keep
// of two sequences 5.3 in f32.
it.each([
  [{ batchSize: 2, fp16: false }, 18.8],
  [{ batchSize: 2, fp16: true }, 18.5],
  [{ batchSize: 16, fp16: false }, 57.3],
  [{ batchSize: 16, fp16: true }, 41.2],
  [{ batchSize: 16, fp16: false, everyNLayers: 1 }, 22.6],
  [{ batchSize: 16, fp16: true, everyNLayers: 1 }, 22.0],
] as const)('a step takes no more memory than it must: %o', async (step, most) => {
  const peak = await peakOf(step);
  expect(peak).toBeLessThan(most);
});
