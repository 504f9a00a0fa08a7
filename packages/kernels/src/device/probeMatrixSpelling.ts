import type { SubgroupMatrixSpelling } from './profile.ts';
import type { GPUDevice } from './webGpuTypes.ts';

const probe = `enable f16;
enable chromium_experimental_subgroup_matrix;
var<workgroup> tile: array<f16, 256>;
@compute @workgroup_size(32) fn main() {
  let fragment = subgroupMatrixLoad<subgroup_matrix_left<f16, 8, 8>, row_major>(&tile, 0, 8);
}`;

/** Compiles a few lines in the spelling of 2026; what does not know it knows the one before. */
export async function probeMatrixSpelling(device: GPUDevice): Promise<SubgroupMatrixSpelling> {
  device.pushErrorScope('validation');
  const { messages } = await device
    .createShaderModule({ label: 'probe of subgroup matrices', code: probe })
    .getCompilationInfo();
  await device.popErrorScope();
  return messages.some(({ type }) => type === 'error') ? 'flag' : 'majorness';
}
