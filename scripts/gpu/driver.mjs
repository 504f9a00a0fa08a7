// Finds a Vulkan driver that shows the GPU. A machine without a screen often has NVIDIA's driver,
// but neither the loader nor the libraries of X and GL that it links to; the kit brings those.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

/** Milliseconds: a lent machine is not to be wasted on one that has no driver. */
const longest = 50_000;
const longestTry = 12_000;

const manifests = [
  '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json',
  '/usr/share/vulkan/icd.d/nvidia_icd.json',
  '/etc/vulkan/icd.d/nvidia_icd.json',
];

/**
 * The first environment in which an adapter answers that is no software.
 *
 * @param describe the program that prints the adapter as JSON
 * @param accepts what is looked for: `(adapter) => boolean`
 * @param scratch folder for manifests of our own
 * @returns `{ environment, adapter, name }`, or `{ reasons }`: what each attempt gave
 */
export function findDriver({ kit, scratch, describe, accepts }) {
  const deadline = performance.now() + longest;
  const reasons = [];
  for (const { name, environment } of environments(kit, scratch)) {
    const left = deadline - performance.now();
    if (left <= 0) {
      reasons.push('no time for more');
      break;
    }
    const { stdout, stderr, error, signal } = spawnSync(process.execPath, [describe], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
      timeout: Math.min(left, longestTry),
      killSignal: 'SIGKILL',
    });
    const adapter = lastJson(stdout ?? '');
    if (adapter && accepts(adapter)) return { environment, adapter, name };
    const problem = (stderr ?? '').split('\n').find((line) => /^\w*Error\b/.test(line));
    reasons.push(
      `${name}: ${adapter ? `only ${adapter.description}, a software adapter` : (problem ?? signal ?? error?.message ?? 'no answer')}`,
    );
  }
  return { reasons: [...reasons, ...missingLibraries(kit)] };
}

function environments(kit, scratch) {
  const libraries = join(kit, 'libraries');
  const brought = existsSync(libraries)
    ? { LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') }
    : null;
  const own = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'].map((library) => {
    const path = join(scratch, `${library}.json`);
    writeFileSync(
      path,
      JSON.stringify({ file_format_version: '1.0.1', ICD: { library_path: library, api_version: '1.3.0' } }),
    );
    return path;
  });
  const files = [...manifests.filter((path) => existsSync(path)), ...own];
  const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  const drivers = chosen
    ? [[`the driver of ${chosen}`, {}]]
    : [['what the system has', {}], ...files.map((path) => [path, { VK_DRIVER_FILES: path }])];
  return [
    ...drivers.map(([name, environment]) => ({ name, environment })),
    ...(brought ? drivers : []).map(([name, environment]) => ({
      name: `${name}, with the kit's libraries`,
      environment: { ...environment, ...brought },
    })),
  ];
}

/** What NVIDIA's driver links to and the system lacks, even with the kit's libraries. */
function missingLibraries(kit) {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/local/nvidia/lib64', '/usr/local/nvidia/lib'];
  const drivers = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /^lib(GLX|EGL)_nvidia\.so\.0$/.test(name))
        .map((name) => join(folder, name)),
    );
  if (drivers.length === 0) return [`no libGLX_nvidia.so.0 in ${folders.join(', ')}`];
  return drivers.map((driver) => {
    const { stdout } = spawnSync('ldd', [driver], {
      encoding: 'utf8',
      timeout: 5000,
      env: {
        ...process.env,
        LD_LIBRARY_PATH: [join(kit, 'libraries'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      },
    });
    const missing = (stdout ?? '').split('\n').filter((line) => line.includes('not found'));
    return `${driver}: ${missing.length > 0 ? missing.map((line) => line.trim()).join('; ') : 'lacks no library'}`;
  });
}

function lastJson(text) {
  const line = text
    .trim()
    .split('\n')
    .findLast((candidate) => candidate.startsWith('{'));
  try {
    return line ? JSON.parse(line) : null;
  } catch {
    return null;
  }
}
