// Releases: `npm run release` shows what would go out and changes nothing; the workflow calls
// `version` (numbers and change logs from the changesets) and `publish`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from './setup/build.mjs';
import { runInForeground } from './setup/child.mjs';
import { localProgram } from './setup/local-program.mjs';
import { findPnpm, pnpmProgram } from './setup/pnpm.mjs';
import { rootFolder } from './setup/root-folder.mjs';

const programs = await findPnpm();
// changesets starts pnpm by its name.
const env = { ...process.env, PATH: [programs, process.env.PATH].join(delimiter) };

const commands = {
  /**
   * In a clone: version numbers, change logs, and the packages tried as they would be published.
   */
  async 'dry-run'() {
    const folder = mkdtempSync(join(tmpdir(), 'attune-release-'));
    const clone = join(folder, 'clone');
    try {
      execFileSync('git', ['clone', '--quiet', rootFolder, clone], { stdio: 'inherit' });
      const node = (...args) => runInForeground(process.execPath, args, { cwd: clone, env });
      for (const args of [
        ['scripts/attune.mjs', 'install'],
        ['scripts/release.mjs', 'version'],
      ])
        if ((await node(...args)) !== 0) return 1;
      printChanges(clone);
      return await node('scripts/check-packages.mjs', '--only', 'manifests');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  async version() {
    const { command, args } = localProgram('@changesets/cli');
    const code = await runInForeground(command, [...args, 'version'], { cwd: rootFolder, env });
    if (code !== 0) return code;
    return runInForeground(pnpmProgram(programs, process.platform), ['install', '--lockfile-only'], {
      cwd: rootFolder,
      env,
    });
  },
  /**
   * Builds all packages anew, and publishes those that the registry has not got. changesets packs
   * several at once: builds of each would remove what the others are compiled from.
   */
  async publish() {
    for (const name of readdirSync(join(rootFolder, 'packages')))
      rmSync(join(rootFolder, 'packages', name, 'dist'), { recursive: true, force: true });
    await build();
    const { command, args } = localProgram('@changesets/cli');
    return runInForeground(command, [...args, 'publish'], { cwd: rootFolder, env: { ...env, ATTUNE_BUILT: '1' } });
  },
};

function printChanges(clone) {
  for (const name of readdirSync(join(clone, 'packages'))) {
    const folder = join(clone, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const [, changes = ''] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(`## ${manifest.version}`);
    console.log(`\n${manifest.name} ${manifest.version}${changes.split(/^## /m)[0].trimEnd()}`);
  }
}

const [name = 'dry-run', ...rest] = process.argv.slice(2);
if (rest.length > 0 || !Object.hasOwn(commands, name)) {
  console.error(`Usage: npm run release [-- ${Object.keys(commands).join(' | ')}]`);
  process.exit(1);
}
process.exitCode = await commands[name]();
