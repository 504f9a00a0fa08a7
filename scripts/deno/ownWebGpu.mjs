// What kernels load in place of Dawn: Deno's own WebGPU, which is wgpu.

/** What `create` says of what only Dawn has. */
export const onlyDawn = 'only Dawn has the backend';

export function create(toggles) {
  const backend = toggles.find((toggle) => toggle.startsWith('backend='));
  if (backend) throw new Error(`${onlyDawn} ${backend.slice('backend='.length)}`);
  return globalThis.navigator.gpu;
}
