import { AdamW, autocast, openDevice, type Device } from '@attune/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BertConfig } from '../config/bertConfig.ts';
import { BertForSequenceClassification } from './sequenceClassification.ts';

// Counted and not run, as GPUs choose their kernels.
let device: Device;
beforeAll(async () => {
  // With one left out, those of all adapters are loaded.
  device = await openDevice({ withoutVariants: ['gemm register'] });
  Object.assign(device, { profile: { ...device.profile, software: false, mesaVersion: 0 } });
});
afterAll(() => device.destroy());

/** Says that the device has matrix units, as cards have them, or none. */
function setMatrixUnits(areThere: boolean): void {
  const config = { componentType: 'f16', resultComponentType: 'f32', m: 16, n: 16, k: 16 };
  const units = { f16: true, f16Storage: 'native', subgroups: true, subgroupSize: 32, subgroupMatrixTiles: 'words' };
  const limits = { maxComputeWorkgroupStorageSize: 49152, maxComputeInvocationsPerWorkgroup: 1024 };
  Object.assign(device, {
    profile: { ...device.profile, ...units, subgroupMatrix: areThere ? [config] : [] },
    info: { ...device.info, limits: { ...device.info.limits, ...limits } },
  });
}

/** Dispatches of a training step of a model with so many layers, by kernel. */
async function dispatchesOf(numHiddenLayers: number, fp16 = false): Promise<Map<string, number>> {
  setMatrixUnits(fp16);
  const counts = new Map<string, number>();
  const config = new BertConfig({
    vocabSize: 40,
    hiddenSize: 64,
    numHiddenLayers,
    numAttentionHeads: 2,
    intermediateSize: 64,
    maxPositionEmbeddings: 16,
    numLabels: 2,
  });
  using model = await BertForSequenceClassification.fromConfig(config, { device, seed: 1 });
  using optimizer = new AdamW(model.parameters(), { lr: 1e-3, maxGradNorm: 1, fp16 });
  model.train();
  const batch = {
    input_ids: { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
    labels: { data: Int32Array.of(0, 1), shape: [2] },
  };
  const counting: Device['dispatch'] = ({ program, workgroups }) => {
    if (workgroups.includes(0)) return;
    const [kernel = ''] = program.key.split(' ');
    counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
  };
  Object.assign(device, { dispatch: counting });
  try {
    device.scope(() => {
      const { loss } = fp16 ? autocast(() => model.forward(batch)) : model.forward(batch);
      optimizer.recordLoss(loss);
      loss.backward(1, { releaseResults: true });
    });
    optimizer.step();
    optimizer.zeroGrad();
  } finally {
    Reflect.deleteProperty(device, 'dispatch');
  }
  return counts;
}

it.each([
  { fp16: false, most: 240 },
  { fp16: true, most: 243 },
])('a step takes GPUs no more dispatches than docs/performance-gpu.md says, fp16 $fp16', async ({ fp16, most }) => {
  const [one, two] = [await dispatchesOf(1, fp16), await dispatchesOf(2, fp16)];
  const total = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const layer = total(two) - total(one);
  // Twelve products, attention there and back, two layer norms there and back.
  expect(layer).toBeLessThanOrEqual(20);
  expect(two.get('gemm')! - one.get('gemm')!).toBe(12);
  expect(two.get('layerNorm')! - one.get('layerNorm')!).toBe(2);
  expect(two.get('layerNormBackward')! - one.get('layerNormBackward')!).toBe(2);
  for (const kernel of ['columnSum', 'gelu', 'geluBackward', 'geluBackwardWithBias', 'combineSquares'])
    expect(two.get(kernel) ?? 0, kernel).toBe(0);
  // All f16 copies of weights at once.
  expect(two.get('cast') ?? 0).toBe(fp16 ? 1 : 0);
  // Of twelve layers, without sums of parts, which these products are too small for.
  expect(total(one) + 11 * layer).toBeLessThanOrEqual(most);
});
