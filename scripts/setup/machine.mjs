import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { listing, readJson, sha256, writeJson } from './files.mjs';
import { rootFolder } from './root-folder.mjs';

const memoryPath = join(cacheFolder, 'adapter.json');

/**
 * What was found out about this machine's WebGPU adapter: `own` when one answers without our
 * driver. Null when nothing is known, or when drivers, devices or WebGPU have changed since.
 * @returns {{ own: boolean, adapter: string } | null}
 */
export function rememberedAdapter() {
  const memory = readJson(memoryPath);
  return memory?.fingerprint === fingerprint() ? memory : null;
}

export function rememberAdapter({ own, adapter }) {
  writeJson(memoryPath, { fingerprint: fingerprint(), own, adapter });
}

/**
 * Changes when another adapter could answer: driver lists, device files, the WebGPU package, the
 * driver chosen by hand.
 */
function fingerprint() {
  const drivers = [
    '/usr/share/vulkan/icd.d',
    '/etc/vulkan/icd.d',
    '/usr/local/share/vulkan/icd.d',
    join(cacheFolder, 'lavapipe', 'lvp_icd.json'),
  ].map(listing);
  const devices = ['/dev', '/dev/dri'].map((folder) =>
    names(folder).filter((name) => /^(nvidia|dxg|kfd|render|card)/.test(name)),
  );
  const { webgpu } = JSON.parse(readFileSync(join(rootFolder, 'packages/kernels/package.json'), 'utf8')).dependencies;
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
  return sha256(
    JSON.stringify([process.platform, process.arch, drivers, devices, webgpu, VK_DRIVER_FILES, VK_ICD_FILENAMES]),
  );
}

function names(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
