// The software Vulkan driver that stands in where a machine has no GPU: where it lies in our cache, and what a process needs to use it.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
export const driverFolder = join(cacheHome, 'attune', 'lavapipe');

/** The environment in which a new process finds the cached driver; empty when it is not installed or the user has chosen a driver. */
export function driverEnvironment() {
  const manifest = join(driverFolder, 'lvp_icd.json');
  if (process.env.VK_DRIVER_FILES || !existsSync(manifest)) return {};
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map((folder) => join(driverFolder, 'root', folder));
  return {
    VK_DRIVER_FILES: manifest,
    LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? '/tmp',
  };
}
