// Before a package is packed, in its folder: it is built, so that an unbuilt clone cannot
// publish an empty package. `release.mjs publish` has built all of them.
import { readFileSync, rmSync } from 'node:fs';
import { runInForeground } from '../setup/child.mjs';
import { turboCommand } from '../setup/turbo.mjs';

if (process.env.ATTUNE_BUILT) process.exit();

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
// Turbo puts what it has kept beside what lies there: older files would be packed too.
rmSync('dist', { recursive: true, force: true });
const turbo = await turboCommand(['run', 'build', `--filter=${name}`, '--output-logs=errors-only', '--no-color']);
process.exitCode = await runInForeground(turbo.command, turbo.args, turbo.options);
