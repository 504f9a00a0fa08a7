import type { DeviceProfile } from './profile.ts';
import type { GPUDevice } from './webGpuTypes.ts';

const probe = (element: string, stride: number) => `enable f16;
enable chromium_experimental_subgroup_matrix;
var<workgroup> tile: array<${element}, 256>;
@compute @workgroup_size(32) fn main() {
  let fragment = subgroupMatrixLoad<subgroup_matrix_left<f16, 8, 8>, row_major>(&tile, 0, ${stride});
}`;

/**
 * Compiles a few lines in the spelling of 2026, with fragments in memory of eight halves a word and
 * of single ones; what knows neither knows the spelling before.
 */
export async function probeMatrices(
  device: GPUDevice,
): Promise<Pick<DeviceProfile, 'subgroupMatrixSpelling' | 'subgroupMatrixTiles'>> {
  if (await compiles(device, probe('vec4u', 1)))
    return { subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'words' };
  const known = await compiles(device, probe('f16', 8));
  return { subgroupMatrixSpelling: known ? 'majorness' : 'flag', subgroupMatrixTiles: 'halves' };
}

async function compiles(device: GPUDevice, code: string): Promise<boolean> {
  device.pushErrorScope('validation');
  const { messages } = await device
    .createShaderModule({ label: 'probe of subgroup matrices', code })
    .getCompilationInfo();
  await device.popErrorScope();
  return !messages.some(({ type }) => type === 'error');
}
