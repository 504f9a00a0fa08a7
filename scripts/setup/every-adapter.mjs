// `npm test -- kernels/NAME`: the tests of one kernel on every adapter of this machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { driverFolder, environmentOf } from '../vulkan-driver.mjs';
import { softwareAdapter } from './adapter.mjs';
import { fetchedDeno } from './deno.mjs';
import { rememberedAdapter } from './machine.mjs';
import { rootFolder } from './root-folder.mjs';

/**
 * Whether the words after `npm test` are folders of kernels and nothing else.
 * @param {readonly string[]} words
 */
export const nameKernels = (words) =>
  words.length > 0 &&
  words.every((word) => {
    const [, name] = /^(?:packages\/kernels\/src\/)?kernels\/(\w+)\/?$/.exec(word.replaceAll('\\', '/')) ?? [];
    return name !== undefined && existsSync(join(rootFolder, 'packages/kernels/src/kernels', name));
  });

/**
 * The adapters that kernels can be tested on, each with how, or with why not here.
 * @typedef {object} Place
 * @property {string} name
 * @property {string} [skipped] why it is left out
 * @property {'dawn' | 'deno' | 'browser'} [runtime]
 * @property {Record<string, string>} [env] of the driver
 *
 * @param {object} machine what was found here; by default what is
 * @returns {Place[]}
 */
export function everyAdapter({
  found = rememberedAdapter(),
  driver = environmentOf(driverFolder),
  deno = fetchedDeno(),
  browser,
  env = process.env,
  platform = process.platform,
}) {
  return [
    ...dawnAdapters({ found, driver, env, platform }),
    deno
      ? { name: "Deno's WebGPU (wgpu)", runtime: 'deno', env: driver }
      : { name: "Deno's WebGPU (wgpu)", skipped: `it is not there yet; npm run test-deno fetches it (92 MB)` },
    browser.missing
      ? { name: 'browser', skipped: browser.missing }
      : { name: `browser (${browser.program})`, runtime: 'browser', env: {} },
  ];
}

function dawnAdapters({ found, driver, env, platform }) {
  const chosen = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  if (chosen) {
    return [
      { name: `Dawn, the driver ${chosen}`, runtime: 'dawn', env: {} },
      { name: 'Dawn, other drivers', skipped: 'VK_DRIVER_FILES chooses one' },
    ];
  }
  const ownIsSoftware = softwareAdapter.test(found?.adapter ?? '');
  const gpu =
    found?.own && !ownIsSoftware
      ? { name: `Dawn, GPU (${found.adapter})`, runtime: 'dawn', env: {} }
      : { name: 'Dawn, GPU', skipped: 'no GPU answers on this machine' };
  if (found?.own && ownIsSoftware)
    return [{ name: `Dawn, software (${found.adapter})`, runtime: 'dawn', env: {} }, gpu];
  if (driver.VK_DRIVER_FILES) return [{ name: 'Dawn, software Vulkan', runtime: 'dawn', env: driver }, gpu];
  const why =
    platform === 'linux'
      ? "there is no software driver beside the GPU's; VK_DRIVER_FILES can name one"
      : 'Vulkan in software is for Linux';
  return [gpu, { name: 'Dawn, software Vulkan', skipped: why }];
}

/**
 * Runs every place that is here, all side by side, and prints what became of each. The first one
 * prints as it goes; what the others print follows, place by place.
 * @param {readonly Place[]} places
 * @param {(place: Place, how: { live: boolean, signal: AbortSignal }) => Promise<{ code: number,
 *   output?: string }>} run resolves to an exit code, and to what was printed unless it is live
 * @returns {Promise<number>} 0 when all that ran passed
 */
export async function testEverywhere(places, run, print = console.log) {
  const stopping = new AbortController();
  const first = places.find(({ skipped }) => skipped === undefined);
  if (first) print(`\n== ${first.name}`);
  const running = places.map((place) =>
    place.skipped === undefined ? run(place, { live: place === first, signal: stopping.signal }) : null,
  );
  const outcomes = [];
  for (const [index, place] of places.entries()) {
    if (place.skipped !== undefined) {
      outcomes.push(`skipped: ${place.skipped}`);
      continue;
    }
    const { code, output = '' } = await running[index];
    // A signal ended it: Ctrl-C stops all of them.
    if (code > 128) {
      stopping.abort();
      return code;
    }
    if (place !== first) print(`\n== ${place.name}\n${output.trim()}`);
    outcomes.push(code === 0 ? 'passed' : `failed (exit code ${code})`);
  }
  const width = Math.max(...places.map(({ name }) => name.length));
  print(`\n${places.map(({ name }, index) => `${name.padEnd(width)}  ${outcomes[index]}`).join('\n')}`);
  return outcomes.some((outcome) => outcome.startsWith('failed')) ? 1 : 0;
}
