// Has every kernel of interest compiled for the card that is played, and tells the name of each
// before the driver tells what it takes. Started by scripts/compiled-kernels.mjs, with `tiles`,
// `step` or `step fp16`.
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
import { makeStep } from '../../../benchmarks/libraries/makeStep.mjs';
import { configs } from '../../../benchmarks/libraries/stepShape.mjs';
import { gemm, loadVariants, openDevice } from '../../../packages/kernels/dist/index.js';
import { matrixTiles } from '../../../packages/kernels/dist/kernels/gemm/matrixTile/tiles.js';
import { outerProductTiles } from '../../../packages/kernels/dist/kernels/gemm/outerProduct/tiles.js';

const { create, globals } = createRequire(new URL('../../../packages/kernels/package.json', import.meta.url))('webgpu');
Object.assign(globalThis, globals);
const [what, precision] = process.argv.slice(2);

let product = '';
const { createComputePipeline } = GPUDevice.prototype;
Object.assign(GPUDevice.prototype, {
  createComputePipeline(descriptor) {
    writeSync(2, `@@ ${product || descriptor.label}\n`);
    return createComputePipeline.call(this, descriptor);
  },
  // One after the other: what follows a name on stderr is of that kernel.
  async createComputePipelineAsync(descriptor) {
    return this.createComputePipeline(descriptor);
  },
});

const toggles = 'enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia';
const gpu = await openDevice({ webgpu: create([toggles]) });
console.log(`${gpu.info.vendor} ${gpu.info.architecture} ${gpu.info.device}, ${gpu.info.description}`);
if (what === 'tiles') await recordTiles();
else {
  const step = { config: configs.base, batchSize: 8, length: 64, fp16: precision === 'fp16' };
  const { record } = await makeStep(gpu, step);
  const before = gpu.statistics.dispatches;
  record();
  gpu.flush();
  console.log(`${gpu.statistics.dispatches - before} dispatches`);
}
process.exit(0);

/** A product of each layout by every tile, with what a linear layer asks for besides. */
async function recordTiles() {
  await loadVariants();
  const [m, n, k] = [768, 768, 512];
  const array = (type, length) => gpu.allocate(type, length, 'array');
  const common = { m, n, k, splits: 1 };
  for (const [variant, tiles, type] of [
    ['outerProduct', outerProductTiles, 'f32'],
    ['matrixTile', matrixTiles, 'f16'],
  ])
    for (const tile of Object.keys(tiles))
      for (const layout of ['NN', 'NT', 'TN']) {
        product = `${variant} ${tile} ${layout}`;
        gemm(gpu, {
          ...common,
          variant,
          tile,
          layout,
          a: array(type, m * k),
          b: array(type, k * n),
          output: array(layout === 'TN' ? 'f32' : type, m * n),
          ...(layout === 'NT' && { bias: array('f32', n) }),
          ...(layout === 'TN' && { columnSums: { output: array('f32', m) } }),
        });
        gpu.flush();
      }
}
