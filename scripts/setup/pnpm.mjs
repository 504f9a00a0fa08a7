import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, posix, win32 } from 'node:path';
import { cacheFolder } from './cache-folder.mjs';
import { runQuietly } from './child.mjs';
import { makeFolder } from './make-folder.mjs';
import { SetupProblem } from './problem.mjs';
import { rootFolder } from './root-folder.mjs';
import { step } from './step.mjs';

/**
 * The folder of the pinned pnpm's programs. It is one in our cache folder even where the machine
 * has a pnpm of that version: installed without its install script, pnpm is a shell script that
 * turbo cannot start.
 */
export async function findPnpm() {
  const { version } = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')).devEngines.packageManager;
  const folder = join(cacheFolder, 'pnpm', version);
  const programs = join(folder, 'node_modules', '.bin');
  if (!(await isVersion(programs, version))) await step(`Fetching pnpm ${version}`, () => install(version, folder));
  return programs;
}

/** Runs the pnpm in folder `programs` in the clone, with its output captured. */
export function runPnpm(programs, args) {
  return runQuietly(pnpmProgram(programs, process.platform), args, { cwd: rootFolder });
}

/**
 * The program itself, where npm puts a batch file before it: that needs a shell, which
 * splits a path at its spaces.
 */
export function pnpmProgram(programs, platform) {
  if (platform !== 'win32') return posix.join(programs, 'pnpm');
  return win32.join(programs, '..', 'pnpm', 'pnpm.exe');
}

async function isVersion(programs, version) {
  const { code, stdout } = await runPnpm(programs, ['--version']);
  return code === 0 && stdout.trim() === version;
}

function install(version, folder) {
  return makeFolder(folder, async (beside) => {
    writeFileSync(join(beside, 'package.json'), '{ "private": true }\n');
    const npm = npmCommand();
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    // Its install script puts the native program in place; users may have switched install scripts
    // off.
    const args = [
      ...npm.args,
      'install',
      '--no-save',
      ...quiet,
      '--ignore-scripts=false',
      '--prefix',
      beside,
      `pnpm@${version}`,
    ];
    const { code, output } = await runQuietly(npm.command, args, {
      cwd: beside,
      env: environmentOutsideNpm(),
    });
    if (code !== 0) {
      throw new SetupProblem(
        `pnpm ${version}, which installs Attune's packages, could not be fetched with npm. It needs npm and a package registry in reach: check the network, ` +
          `a proxy (npm config get proxy) and the registry (npm config get registry), then run the same command again.`,
        output,
      );
    }
    if (!(await isVersion(join(beside, 'node_modules', '.bin'), version))) {
      throw new SetupProblem(
        `pnpm ${version} was fetched but does not run here: it has no program for ${process.platform}-${process.arch}, or the system lacks what that needs.`,
      );
    }
  });
}

/** npm as the program that started us, else the one on the path; on Windows the one beside Node. */
export function npmCommand({ npm_execpath: started } = process.env, { platform, execPath } = process) {
  if (started && basename(started) === 'npm-cli.js') return { command: execPath, args: [started] };
  if (platform !== 'win32') return { command: 'npm', args: [] };
  return { command: execPath, args: [win32.join(execPath, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js')] };
}

/**
 * npm hands the state of the running script to its children; a second npm must not take it for its
 * own settings.
 */
export function environmentOutsideNpm() {
  const inherited =
    /^npm_(package|lifecycle|command|node_execpath|execpath|config_(local_prefix|prefix|global_prefix|global))/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}
