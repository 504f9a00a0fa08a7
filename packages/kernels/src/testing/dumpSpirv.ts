// Dawn prints generated code to the process's own output, so it runs in another process.
const program = `
import { text } from 'node:stream/consumers';
import { create } from 'webgpu';
const code = await text(process.stdin);
globalThis.kept = create(['enable-dawn-features=allow_unsafe_apis,dump_shaders']);
const adapter = await kept.requestAdapter();
const wanted = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];
const { maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage } = adapter.limits;
const device = await adapter.requestDevice({
  requiredFeatures: wanted.filter((name) => adapter.features.has(name)),
  requiredLimits: { maxComputeWorkgroupStorageSize, maxStorageBuffersPerShaderStage },
});
await device.createComputePipelineAsync({
  layout: 'auto',
  compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
});
process.exit(0);
`;

/**
 * The SPIR-V, disassembled, that Dawn generates for a program on this machine's Vulkan driver, with
 * the index checks of browsers.
 */
export function dumpSpirv(wgsl: string): string {
  // Not imported: bundles for pages include this file too, and would warn about a Node module.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    // Resolves its imports from here.
    cwd: import.meta.dirname,
    input: wgsl,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const printed = stdout + stderr;
  const start = printed.indexOf('OpCapability');
  if (status !== 0 || start < 0) throw new Error(`Dawn printed no SPIR-V: ${printed.slice(-2000)}`);
  return printed.slice(start);
}
