// Prints what WebGPU finds, and which variants it would choose, as one line of JSON.
import { openDevice } from '../../../packages/kernels/src/index.ts';
import { fastVariants } from '../../../packages/kernels/src/testing/fastVariants.ts';

const gpu = await openDevice();
const { info, profile } = gpu;
console.log(JSON.stringify({ ...info, profile, variants: fastVariants(gpu) }));
gpu.destroy();
process.exit(0);
