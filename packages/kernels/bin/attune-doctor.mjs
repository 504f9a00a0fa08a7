#!/usr/bin/env node
// Says what WebGPU finds on this machine and whether it computes right. Plain JavaScript, so that
// it is there before the first build.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNode } from './withoutDawnWarnings.mjs';

const usage =
  'attune-doctor [--json]: adapter, driver, features, limits, and one verified computation. Exit code 0 when all is well, 1 when not.';
const words = process.argv.slice(2);
const unknown = words.filter((word) => !['--json', '--help', '-h'].includes(word));
if (unknown.length > 0) {
  console.error(`attune-doctor takes no ${unknown.join(' ')}.\n${usage}`);
  process.exit(1);
}
if (words.some((word) => word !== '--json')) {
  console.log(usage);
  process.exit();
}

const implementation = new URL('../dist/selfTest/doctor.js', import.meta.url);
if (!existsSync(implementation)) {
  console.error(
    'attune-doctor: @attune/kernels is not built yet. Run `npm run build` in the clone of Attune, then this again.',
  );
  process.exit(1);
}

// In a clone, the software driver that the setup fetched must be in the environment before a
// process starts.
const driverScript = new URL('../../../scripts/vulkan-driver.mjs', import.meta.url);
const { driverEnvironment } = existsSync(driverScript)
  ? await import(driverScript.href)
  : { driverEnvironment: () => ({}) };
const examination = fileURLToPath(new URL('./examine.mjs', import.meta.url));
startNode([examination, ...words], { env: { ...process.env, ...driverEnvironment() } }).on('close', (status) => {
  process.exitCode = status ?? 1;
});
