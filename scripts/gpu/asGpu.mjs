// Has a software adapter describe itself as a GPU, so that everything in this process chooses what
// GPUs get: their variants, native f16, and matrix units where the driver has them. Loaded before
// tests when ATTUNE_AS_GPU is set, which may name another maker than NVIDIA: amd, intel, apple; or
// `least`, a GPU with WebGPU's default limits and no optional feature.
import { createRequire } from 'node:module';

const { globals } = createRequire(new URL('../../packages/kernels/package.json', import.meta.url))('webgpu');
const makers = ['nvidia', 'amd', 'intel', 'apple', 'least'];
const vendor = process.env.ATTUNE_AS_GPU ?? 'nvidia';
if (!makers.includes(vendor)) throw new Error(`ATTUNE_AS_GPU is ${vendor}; it must be one of ${makers.join(', ')}`);
const words = {
  isFallbackAdapter: false,
  vendor,
  architecture: '',
  device: '',
  description: 'a GPU, played',
};
const { prototype } = globals.GPUAdapterInfo;
const device = Object.getOwnPropertyDescriptor(prototype, 'device')?.get;
/** Dawn's null backend computes nothing, which tests have to know. */
const isNull = (info) => device?.call(info) === 'null-backend';
for (const [name, value] of Object.entries(words)) {
  Object.defineProperty(prototype, name, {
    get() {
      return name === 'device' && isNull(this) ? 'null-backend' : value;
    },
  });
}
// Subgroups of AMD's and Intel's cards have the size that a program asks for, or another.
const largest = Object.getOwnPropertyDescriptor(prototype, 'subgroupMaxSize')?.get;
if (largest && (vendor === 'amd' || vendor === 'intel'))
  Object.defineProperty(prototype, 'subgroupMaxSize', {
    get() {
      return isNull(this) ? largest.call(this) : 2 * largest.call(this);
    },
  });
if (vendor === 'least') {
  const { requestDevice } = globals.GPUAdapter.prototype;
  globals.GPUAdapter.prototype.requestDevice = function requestLeast(description) {
    return requestDevice.call(this, isNull(this.info) ? description : { label: description?.label });
  };
}
