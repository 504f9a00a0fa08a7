// The software Vulkan driver for machines without a GPU: where it is in our cache, and what a
// process needs to use it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './setup/cache-folder.mjs';
import { rememberedAdapter } from './setup/machine.mjs';

export const driverFolder = join(cacheFolder, 'lavapipe');

/**
 * The environment in which a new process finds the cached driver; empty when it is not installed,
 * not needed, or the user has chosen a driver.
 */
export function driverEnvironment() {
  if (process.env.VK_DRIVER_FILES || process.env.VK_ICD_FILENAMES || rememberedAdapter()?.own) return {};
  return environmentOf(driverFolder);
}

/** The same for a driver that lies in `folder`; empty when there is none. */
export function environmentOf(folder) {
  const manifest = join(folder, 'lvp_icd.json');
  if (!existsSync(manifest)) return {};
  const libraries = [`usr/lib/${multiarch}`, `lib/${multiarch}`].map((path) => join(folder, 'root', path));
  return {
    VK_DRIVER_FILES: manifest,
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? '/tmp',
  };
}

/** Debian's name for this machine's library folders. */
export const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[process.arch];
