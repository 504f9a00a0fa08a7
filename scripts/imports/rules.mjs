// The map: imports point down only. See CONTRIBUTING.md.

/** What each package may import of ours. Apps may import every package. */
export const allowedPackages = {
  validate: [],
  platform: [],
  kernels: ['@attune/validate', '@attune/platform'],
  tensor: ['@attune/kernels', '@attune/validate'],
  hub: ['@attune/validate', '@attune/platform'],
  data: ['@attune/hub', '@attune/validate', '@attune/platform'],
  bert: ['@attune/tensor', '@attune/hub', '@attune/validate', '@attune/platform'],
  trainer: ['@attune/data', '@attune/tensor', '@attune/validate', '@attune/platform'],
  evaluate: ['@attune/validate'],
};

/** Packages that only one module may load, and only when it is needed. */
export const loadedOnlyBy = {
  webgpu: 'packages/kernels/src/platform/node.ts',
  undici: 'packages/hub/src/platform/proxy.ts',
};

/** Entry points that must stay light: what nothing below them may import. */
export const lightEntries = { 'packages/bert/src/tokenizer/index.ts': ['@attune/tensor', '@attune/kernels'] };

/** Globals that exist only in Node; only in `src/platform/node.ts`, in tests and in apps. */
export const nodeGlobals = new Set([
  'process',
  'Buffer',
  '__dirname',
  '__filename',
  'require',
  'global',
  'setImmediate',
  'clearImmediate',
]);

/** Globals that exist only in a browser; only in `src/platform/browser.ts`. */
export const browserGlobals = new Set(['navigator', 'window', 'document', 'localStorage', 'indexedDB', 'caches']);

/**
 * Where kernels takes WebGPU's types from that readers' programs may lack: a global in a public
 * declaration is an error there.
 */
export const webGpuTypesFile = 'packages/kernels/src/device/webGpuTypes.ts';

/** WebGPU's own names: `GPUDevice`, `GPUBuffer`, … Only kernels knows them. */
export const isGpuName = (name) => /^GPU([A-Z]\w*)?$/.test(name);
