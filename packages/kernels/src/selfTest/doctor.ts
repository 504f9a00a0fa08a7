import type { DeviceInfo, DeviceProfile } from '../device/profile.ts';
import { openDevice } from '../openDevice.ts';
import { NoAdapterError } from '../errors.ts';
import type { Gpu } from '../gpu.ts';
import { multiply } from '../kernels/elementwise/index.ts';

/** The report of the doctor, in the form that `attune-doctor --json` prints. */
export interface DoctorReport {
  /** Whether an adapter answered and computed correctly. */
  readonly healthy: boolean;
  /** What is wrong and what to do about it; null if nothing is. */
  readonly problem: string | null;
  readonly device: DeviceInfo | null;
  readonly profile: DeviceProfile | null;
  readonly dispatch: DispatchReport | null;
}

/** One dispatch on the GPU, compared with the same computation on the host. */
export interface DispatchReport {
  readonly elements: number;
  readonly wrongElements: number;
  /** Time of the first run, from recording to reading the result, compilation included. */
  readonly firstMilliseconds: number;
  /** Time of a second run. */
  readonly milliseconds: number;
}

/**
 * Opens the GPU, runs one kernel and compares its result. Never throws: errors are in the report.
 */
export async function examine(open: () => Promise<Gpu> = openDevice): Promise<DoctorReport> {
  let gpu: Gpu;
  try {
    gpu = await open();
  } catch (error) {
    const problem =
      error instanceof NoAdapterError ? error.message : `The GPU could not be opened: ${(error as Error).message}`;
    return { healthy: false, problem, device: null, profile: null, dispatch: null };
  }
  const { info: device, profile } = gpu;
  try {
    const dispatch = await verifiedDispatch(gpu);
    const problem =
      dispatch.wrongElements > 0
        ? `${dispatch.wrongElements} of ${dispatch.elements} elements are wrong: a broken driver; update it.`
        : null;
    return { healthy: !problem, problem, device, profile, dispatch };
  } catch (error) {
    return {
      healthy: false,
      problem: `The GPU failed while computing: ${(error as Error).message}`,
      device,
      profile,
      dispatch: null,
    };
  } finally {
    gpu.destroy();
  }
}

async function verifiedDispatch(gpu: Gpu): Promise<DispatchReport> {
  const length = 1000;
  const values = Float32Array.from({ length }, (_, index) => index - length / 2);
  const input = gpu.upload(values, 'f32', 'doctor input');
  const output = gpu.allocate('f32', length, 'doctor output');
  const square = async () => {
    const start = performance.now();
    multiply(gpu, { a: input, b: input, output, length });
    const result = await gpu.read(output);
    return { result, milliseconds: performance.now() - start };
  };
  const first = await square();
  const second = await square();
  // Whole numbers below 2^24: exact in f32.
  const wrongElements = values.filter(
    (value, index) => first.result[index] !== value * value || second.result[index] !== value * value,
  ).length;
  return { elements: length, wrongElements, firstMilliseconds: first.milliseconds, milliseconds: second.milliseconds };
}

/** The report as text, in at most ten lines; `--json` also has every limit by its name. */
export function describeReport(report: DoctorReport): string[] {
  const lines: string[] = [];
  const { device, profile, dispatch } = report;
  if (device && profile) {
    const { vendor, architecture, device: model, description, software, limits } = device;
    const sides = [limits.maxComputeWorkgroupSizeX, limits.maxComputeWorkgroupSizeY, limits.maxComputeWorkgroupSizeZ];
    lines.push(
      row('adapter', [vendor, architecture, model].filter(Boolean).join(', ') || 'does not say its name'),
      row('driver', description || 'does not say its name'),
      row('runs on', software ? 'the CPU: a software adapter, correct but slow' : 'a GPU'),
      row('features', device.features.join(', ') || 'none'),
      row(
        'shaders',
        `f16 ${profile.f16 ? 'yes' : 'no'}; subgroups ${profile.subgroups ? subgroupWords(device) : 'no'}`,
      ),
      row('matrix units', profile.subgroupMatrix.map(matrixWords).join(', ') || 'no'),
      row(
        'buffers',
        `${mebibytes(limits.maxBufferSize)}; ${limits.maxStorageBuffersPerShaderStage} to a kernel, ${mebibytes(limits.maxStorageBufferBindingSize)} of each`,
      ),
      row(
        'workgroups',
        `${limits.maxComputeInvocationsPerWorkgroup} threads (at most ${sides.join(', ')} along x, y, z), ${limits.maxComputeWorkgroupStorageSize} bytes of memory; ${limits.maxComputeWorkgroupsPerDimension} a side`,
      ),
    );
  }
  if (dispatch && dispatch.wrongElements === 0) {
    const { elements, firstMilliseconds, milliseconds } = dispatch;
    lines.push(
      row(
        'computes',
        `${elements} of ${elements} elements right; ${firstMilliseconds.toFixed(1)} ms the first time, then ${milliseconds.toFixed(1)} ms`,
      ),
    );
  }
  lines.push(report.problem ? `Problem: ${report.problem}` : 'All is well.');
  return lines;
}

const matrixWords = ({ componentType, resultComponentType, m, n, k }: DeviceProfile['subgroupMatrix'][number]) =>
  `${componentType} to ${resultComponentType} ${m}x${n}x${k}`;

const row = (name: string, value: string) => `${name.padEnd(14)}${value}`;

const mebibytes = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;

function subgroupWords({ subgroupMinSize, subgroupMaxSize }: DeviceInfo): string {
  return subgroupMinSize === subgroupMaxSize
    ? `${subgroupMaxSize} lanes`
    : `${subgroupMinSize} to ${subgroupMaxSize} lanes`;
}
