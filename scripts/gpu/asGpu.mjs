// Has a software adapter describe itself as a GPU, so that everything in this process chooses what GPUs get: their variants, native f16,
// and matrix units where the driver has them. Loaded before tests when ATTUNE_AS_GPU is set.
import { createRequire } from 'node:module';

const { globals } = createRequire(new URL('../../packages/kernels/package.json', import.meta.url))('webgpu');
const words = {
  isFallbackAdapter: false,
  vendor: 'nvidia',
  architecture: '',
  device: '',
  description: 'a GPU, played',
};
for (const [name, value] of Object.entries(words))
  Object.defineProperty(globals.GPUAdapterInfo.prototype, name, { get: () => value });
