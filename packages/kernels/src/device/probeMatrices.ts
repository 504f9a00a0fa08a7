import type { DeviceProfile, SubgroupMatrixConfig } from './profile.ts';
import type { GPUDevice } from './webGpuTypes.ts';

/**
 * A product of fragments through memory of `element`, of which each holds so many halves; with
 * words its sums begin with and end in an array of vectors too.
 */
function probe({ m, n, k }: SubgroupMatrixConfig, lanes: number, element: string, halves: number): string {
  const left = `subgroup_matrix_left<f16, ${k}, ${m}>`;
  const right = `subgroup_matrix_right<f16, ${n}, ${k}>`;
  const sums = `subgroup_matrix_result<f32, ${n}, ${m}>`;
  const words = halves > 1;
  return `enable f16;
enable chromium_experimental_subgroup_matrix;
@group(0) @binding(0) var<storage, read_write> output: array<${words ? 'vec4f' : 'f32'}>;
var<workgroup> tile: array<${element}, ${(2 * Math.max(m * k, k * n, m * n)) / halves}>;
@compute @workgroup_size(${lanes}) fn main() {
  let left = subgroupMatrixLoad<${left}, row_major>(&tile, 0, ${k / halves});
  let right = subgroupMatrixLoad<${right}, row_major>(&tile, 0, ${n / halves});
  var sums = subgroupMatrixLoad<${sums}, row_major>(&output, 0, ${words ? n / 4 : n});
  sums = subgroupMatrixMultiplyAccumulate(left, right, sums);
  subgroupMatrixStore<row_major>(&output, 0, sums, ${words ? n / 4 : n});
  ${words ? `subgroupMatrixStore<row_major>(&tile, 0, sums, ${n / 4});` : ''}
}`;
}

/**
 * Finds out by compiling which spelling of subgroup matrices this WebGPU has, and whether fragments
 * load from vectors of eight halves or only from single ones. Where the spelling of 2026 does not
 * compile, the older one is assumed. On a GPU the vectors are also tried on the driver: WGSL may
 * allow what the driver's own language cannot express.
 */
export async function probeMatrices(
  device: GPUDevice,
  profile: DeviceProfile,
): Promise<Pick<DeviceProfile, 'subgroupMatrixSpelling' | 'subgroupMatrixTiles'>> {
  // As matrixConfigOf of gemm chooses, which is another chunk of a page: late chunks share nothing.
  const { subgroupMatrix, software } = profile;
  const lanes = profile.subgroupSize || profile.askedSubgroupSize;
  const sums = subgroupMatrix.filter(({ resultComponentType }) => resultComponentType === 'f32');
  const config = sums.find(({ componentType }) => componentType === 'f16');
  // Without usable matrix units there is nothing to find out.
  if (!config || lanes === 0) return { subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'halves' };
  const words = probe(config, lanes, 'vec4u', 8);
  if (await compiles(device, words, !software))
    return { subgroupMatrixSpelling: 'majorness', subgroupMatrixTiles: 'words' };
  const known = await compiles(device, probe(config, lanes, 'f16', 1), false);
  return { subgroupMatrixSpelling: known ? 'majorness' : 'flag', subgroupMatrixTiles: 'halves' };
}

async function compiles(device: GPUDevice, code: string, onDriver: boolean): Promise<boolean> {
  device.pushErrorScope('validation');
  const label = 'probe of subgroup matrices';
  const module = device.createShaderModule({ label, code });
  const { messages } = await module.getCompilationInfo();
  let compiled = !messages.some(({ type }) => type === 'error');
  if (compiled && onDriver) {
    const compute = { module, entryPoint: 'main' };
    compiled = await device.createComputePipelineAsync({ label, layout: 'auto', compute }).then(
      () => true,
      () => false,
    );
  }
  await device.popErrorScope();
  return compiled;
}
