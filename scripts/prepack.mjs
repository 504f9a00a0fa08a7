// Before a package is packed, in its folder: dist is made anew, so that neither an unbuilt clone nor
// a file whose source is gone ends in a tarball.
import { readFileSync, rmSync } from 'node:fs';
import { runInForeground } from './setup/child.mjs';
import { turboCommand } from './setup/turbo.mjs';

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });
const turbo = await turboCommand(['run', 'build', `--filter=${name}`, '--output-logs=errors-only', '--no-color']);
process.exitCode = await runInForeground(turbo.command, turbo.args, turbo.options);
