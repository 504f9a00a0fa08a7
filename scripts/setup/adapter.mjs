import { join } from 'node:path';
import { driverEnvironment, driverFolder, environmentOf } from '../vulkan-driver.mjs';
import { runQuietly } from './child.mjs';
import { installDriver } from './driver.mjs';
import { rememberAdapter, rememberedAdapter } from './machine.mjs';
import { SetupProblem } from './problem.mjs';
import { rootFolder } from './root-folder.mjs';
import { step } from './step.mjs';

/** Whether words of an adapter are of one that runs on the processor. */
export const softwareAdapter = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/**
 * Makes sure that a WebGPU adapter answers, installing a software one on Linux where none does.
 * Found out once per machine.
 */
export async function ensureAdapter() {
  const remembered = rememberedAdapter();
  if (remembered && (remembered.own || driverEnvironment().VK_DRIVER_FILES)) return;
  const own = await step('Looking for a WebGPU adapter', () => probe({}));
  if (own.adapter) return rememberAdapter({ own: true, adapter: own.adapter });

  const chosen = process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES;
  if (chosen) {
    throw new SetupProblem(
      `No WebGPU adapter answers with the Vulkan driver that VK_DRIVER_FILES (or VK_ICD_FILENAMES) names: ${chosen}. ` +
        'Unset the variable to let this command find or install a driver, or name one that supports Vulkan 1.3.',
      own.output,
    );
  }
  if (process.platform !== 'linux') {
    throw new SetupProblem(
      'No WebGPU adapter answers on this machine. WebGPU uses Metal on macOS and Direct3D 12 on Windows: update the system and its graphics driver, ' +
        'and start the command from a desktop session rather than a remote service.',
      own.output,
    );
  }
  const existing = environmentOf(driverFolder);
  let driver = existing.VK_DRIVER_FILES ? await probe(existing) : null;
  if (!driver?.adapter) driver = await installDriver({ probe, folder: driverFolder, probed: own });
  rememberAdapter({ own: false, adapter: driver.adapter });
}

/**
 * Asks for an adapter in a process with this environment. @returns {Promise<{ adapter: string |
 * null, output: string }>}
 */
async function probe(environment) {
  const { code, stdout, output } = await runQuietly(
    process.execPath,
    [join(rootFolder, 'scripts/setup/probe-adapter.mjs')],
    {
      env: { ...process.env, ...environment },
    },
  );
  let adapter = null;
  if (code === 0) ({ adapter } = JSON.parse(stdout.trim().split('\n').at(-1)));
  return { adapter, output: code === 0 ? output : `${output}The process that asked ended with ${code}.` };
}
