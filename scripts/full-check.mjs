// The checks that are too long for every change. Prints figures as they come and a summary with
// date, machine and adapter at the end.
// Usage: scripts/full-check [check …]     without names: every check
import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { examineAdapter } from './full-check-parts/adapter.mjs';
import { freshClone } from './full-check-parts/fresh-clone.mjs';
import { killed } from './full-check-parts/kills.mjs';
import { mrpc } from './full-check-parts/mrpc.mjs';
import { parity } from './full-check-parts/parity.mjs';
import { referenceTests } from './full-check-parts/reference-tests.mjs';
import { walkthrough } from './full-check-parts/walkthrough.mjs';
import { rootFolder } from './setup/root-folder.mjs';

/**
 * Each check returns its figures, name to words, and throws when it fails. To add one: a file in
 * full-check-parts and a line here.
 */
const checks = {
  adapter: examineAdapter,
  reference: referenceTests,
  mrpc,
  kills: killed,
  parity,
  'fresh-clone': freshClone,
  walkthrough,
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`full-check: there is no check ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(1);
}

const lines = [];
let failed = 0;
for (const name of chosen.length > 0 ? chosen : Object.keys(checks)) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  let figures;
  try {
    figures = await checks[name]();
  } catch (error) {
    failed += 1;
    figures = { failed: error.message };
  }
  figures = { ...figures, time: `${((performance.now() - start) / 1000).toFixed(1)} s` };
  const rows = Object.entries(figures).map(([figure, value]) => `${name.padEnd(12)} ${figure.padEnd(32)} ${value}`);
  console.log(rows.join('\n'));
  lines.push(...rows);
}

const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: rootFolder, encoding: 'utf8' }).trim();
const [processor] = cpus();
console.log(
  `\n${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} x ${processor?.model.trim()}`,
);
console.log(lines.join('\n'));
console.log(failed === 0 ? 'All checks passed.' : `${failed} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
