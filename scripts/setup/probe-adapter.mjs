// A process of its own that asks WebGPU for an adapter and a device, because a broken driver may
// end the process that loads it. Prints one line of JSON: { "adapter": "words" } or { "adapter":
// null }.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rootFolder } from './root-folder.mjs';

const require = createRequire(join(rootFolder, 'packages/kernels/package.json'));
const { create } = await import(pathToFileURL(require.resolve('webgpu')).href);
// Dawn's object must live as long as what comes from it: in a variable of this module it is
// collected when the module has ended.
const gpu = (globalThis.keptWebGpu = create([]));
const adapter = await gpu.requestAdapter();
let words = null;
if (adapter) {
  const device = await adapter.requestDevice();
  const { vendor, architecture, description } = adapter.info;
  words = [vendor, architecture, description].filter(Boolean).join(', ') || 'unnamed adapter';
  device.destroy();
}
console.log(JSON.stringify({ adapter: words }));
