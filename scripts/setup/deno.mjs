import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { runQuietly } from './child.mjs';
import { makeFolder } from './make-folder.mjs';
import { environmentOutsideNpm, npmCommand } from './pnpm.mjs';
import { SetupProblem } from './problem.mjs';
import { step } from './step.mjs';

/** Kept out of package.json: only one command needs its 92 MB. */
const version = '2.9.6';

/** The pinned Deno's program, fetched from the package registry when it is not there yet. */
export async function findDeno() {
  const folder = join(cacheFolder, 'deno', version);
  if (!(await runs(programOf(folder)))) await step(`Fetching Deno ${version}`, () => install(folder));
  return programOf(folder);
}

/** The pinned Deno's program where it was fetched before, else null. */
export function fetchedDeno() {
  const program = programOf(join(cacheFolder, 'deno', version));
  return existsSync(program) ? program : null;
}

const programOf = (folder) => join(folder, 'node_modules/deno', process.platform === 'win32' ? 'deno.exe' : 'deno');

async function runs(program) {
  const { code, stdout } = await runQuietly(program, ['--version']);
  return code === 0 && stdout.startsWith(`deno ${version} `);
}

function install(folder) {
  return makeFolder(folder, async (beside) => {
    writeFileSync(join(beside, 'package.json'), '{ "private": true }\n');
    const { command, args } = npmCommand();
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    // Its install script puts the native program in place; users may have
    // switched install scripts off.
    const { code, output } = await runQuietly(
      command,
      [...args, 'install', '--no-save', ...quiet, '--ignore-scripts=false', '--prefix', beside, `deno@${version}`],
      { cwd: beside, env: environmentOutsideNpm() },
    );
    if (code !== 0 || !(await runs(programOf(beside)))) {
      throw new SetupProblem(
        `Deno ${version} could not be fetched with npm, or has no program for ${process.platform}-${process.arch}. ` +
          'Check the network and the registry (npm config get registry), then run the same command again.',
        output,
      );
    }
  });
}
