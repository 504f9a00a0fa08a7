import { readFile } from 'node:fs/promises';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@attune/platform';
import type { GPU } from '../device/webGpuTypes.ts';
import { loadProblem } from './loadProblem.ts';
import type { Machine } from './loadProblem.ts';
import { missingDrivers } from './missingDrivers.ts';
import type { WebGpuOptions } from './platform.ts';

export { collectGarbage } from './collectGarbage.ts';
export { waitForGpu } from './waitForGpu.ts';

/**
 * For as long as the process lasts: whoever asks for Dawn may keep only a device, and Dawn crashes
 * where its object is collected first.
 */
const kept: GPU[] = [];

/** Dawn, through the npm package `webgpu`. @throws Error that says why it cannot be loaded here */
export async function loadWebGpu(options: WebGpuOptions): Promise<GPU | null> {
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  let dawn: typeof import('webgpu');
  try {
    // Bundlers of servers, such as those of Next.js, would look for the library beside the bundle.
    dawn = await import(/* webpackIgnore: true */ 'webgpu');
  } catch (cause) {
    throw new Error(loadProblem(cause as Error, machine()), { cause });
  }
  const enabled = [
    'allow_unsafe_apis',
    'vulkan_enable_f16_on_nvidia',
    ...(options.robustness ? [] : ['disable_robustness']),
  ];
  const toggles = [`enable-dawn-features=${enabled.join()}`, 'disable-dawn-features=timestamp_quantization'];
  if (options.backend) toggles.push(`backend=${options.backend}`);
  const gpu = dawn.create(toggles);
  kept.push(gpu);
  return gpu;
}

function machine(): Machine {
  const { platform, arch } = process;
  let glibc: string | undefined;
  try {
    const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
    glibc = header?.glibcVersionRuntime;
  } catch {
    // Runtimes other than Node may have no reports.
  }
  return { platform, arch, glibc };
}

export const noAdapterAdvice = (): string =>
  `${missingDrivers(process.env)}On Linux a Vulkan driver is needed: a GPU driver, or the software driver of Debian 13 or newer (apt-get install mesa-vulkan-drivers libvulkan1; ` +
  'Debian 12 has it in bookworm-backports). In a clone of Attune, npm test and npm run demo install one by themselves.';

/** Processor cores that this process may use. */
export const coreCount = (): number => availableParallelism();

const tuningFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune', 'tuning');

/** A table of tuned kernels, or null. */
export async function readTuning(name: string): Promise<string | null> {
  return readFile(join(tuningFolder(), `${name}.json`), 'utf8').catch(() => null);
}

/** Stores a table. If the folder cannot be written to, the next process measures again. */
export async function writeTuning(name: string, text: string): Promise<void> {
  await writeFileAtomic(join(tuningFolder(), `${name}.json`), text).catch(() => {});
}
