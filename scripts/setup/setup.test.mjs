import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runInForeground, runQuietly } from './child.mjs';
import { makeFolder } from './make-folder.mjs';
import { nodeVersionProblem } from './node-version.mjs';
import { writeJson } from './files.mjs';
import { npmLock } from './npm-lock.mjs';
import { environmentOutsideNpm, npmCommand, pnpmProgram } from './pnpm.mjs';
import { rootFolder } from './root-folder.mjs';

let scratch;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'attune-setup-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  rmSync(scratch, { recursive: true });
});

describe('the version of Node', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '22.23.3', '23.0.0', '24.21.0', '26.10.0'])('%s is taken', (version) => {
    expect(nodeVersionProblem(version)).toBeNull();
  });

  it.each(['16.20.0', '18.20.8', '20.18.3', '21.7.0', '22.11.0'])(
    '%s gets a paragraph that says how to get a newer one',
    (version) => {
      expect(nodeVersionProblem(version)).toContain(`this is Node ${version}`);
      expect(nodeVersionProblem(version)).toContain('npx -y -p node@24 npm test');
    },
  );
});

describe('package managers are started without a shell', () => {
  const folder = 'C:\\Users\\Ann Lee\\cache\\node_modules\\.bin';

  it('pnpm on Windows by its program, in a folder with spaces too', () => {
    expect(pnpmProgram(folder, 'win32')).toBe('C:\\Users\\Ann Lee\\cache\\node_modules\\pnpm\\pnpm.exe');
    expect(pnpmProgram('/home/ann lee/.bin', 'linux')).toBe('/home/ann lee/.bin/pnpm');
  });

  it('npm on Windows by the Node that it came with', () => {
    const execPath = 'C:\\Program Files\\nodejs\\node.exe';
    expect(npmCommand({}, { platform: 'win32', execPath })).toEqual({
      command: execPath,
      args: ['C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js'],
    });
    expect(npmCommand({}, { platform: 'darwin', execPath: '/usr/bin/node' })).toEqual({ command: 'npm', args: [] });
  });
});

describe('npm in a clone that pnpm has installed', () => {
  const manifest = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8'));

  /**
   * What npm says about folders as pnpm makes them: links into its store, where packages
   * have dependencies that are not installed.
   */
  function npmInstall(lock) {
    const stored = join(scratch, 'node_modules/.pnpm/turbo@2/node_modules/turbo');
    mkdirSync(stored, { recursive: true });
    writeFileSync(
      join(stored, 'package.json'),
      JSON.stringify({ name: 'turbo', version: '2.0.0', devDependencies: { missing: '1.0.0' } }),
    );
    symlinkSync(stored, join(scratch, 'node_modules/turbo'), 'junction');
    writeFileSync(join(scratch, 'package.json'), JSON.stringify({ ...manifest, scripts: {}, bin: undefined }));
    if (lock) writeJson(join(scratch, 'package-lock.json'), lock);
    const { command, args } = npmCommand();
    const cache = join(scratch, 'cache');
    const options = ['install', '--dry-run', '--offline', '--no-audit', '--no-fund', `--cache=${cache}`];
    return runQuietly(command, [...args, ...options], { cwd: scratch, env: environmentOutsideNpm() });
  }

  it('needs no registry to know what to install, and succeeds', async () => {
    expect(await npmInstall(npmLock(manifest))).toMatchObject({ code: 0 });
  }, 60_000);

  it('fails without the lock file that pnpm leaves for it', async () => {
    expect(await npmInstall()).not.toMatchObject({ code: 0 });
  }, 60_000);
});

describe('a folder that is made completely or not at all', () => {
  it('replaces an older one when everything succeeded', async () => {
    const folder = join(scratch, 'made');
    mkdirSync(folder);
    writeFileSync(join(folder, 'half'), '');
    expect(await makeFolder(folder, async (beside) => writeFileSync(join(beside, 'whole'), '') ?? 'result')).toBe(
      'result',
    );
    expect(readdirSync(folder)).toEqual(['whole']);
    expect(readdirSync(scratch)).toEqual(['made']);
  });

  it('leaves nothing when something failed', async () => {
    const failing = makeFolder(join(scratch, 'made'), async (beside) => {
      writeFileSync(join(beside, 'half'), '');
      throw new Error('no network');
    });
    await expect(failing).rejects.toThrow('no network');
    expect(readdirSync(scratch)).toEqual([]);
  });
});

describe('started programs', () => {
  it('pass their exit code and their output on', async () => {
    const program = "console.log('out'); console.error('err'); process.exit(7)";
    expect(await runQuietly(process.execPath, ['-e', program])).toEqual({
      code: 7,
      stdout: 'out\n',
      output: expect.stringContaining('err'),
    });
    expect((await runQuietly('no-such-program', [])).code).toBe(127);
    expect(await runInForeground(process.execPath, ['-e', 'process.exit(5)'])).toBe(5);
  });

  // Windows has no signals: who ends a process gives it an exit code.
  it.runIf(process.platform !== 'win32')('end with 128 and the number of the signal that ended them', async () => {
    expect(await runInForeground(process.execPath, ['-e', "process.kill(process.pid, 'SIGKILL')"])).toBe(137);
  });
});

it('the two places that name pnpm agree', () => {
  // turbo and corepack read `packageManager`; `devEngines` keeps pnpm from replacing itself.
  const { packageManager, devEngines } = JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8'));
  expect(packageManager.split('+')[0]).toBe(`pnpm@${devEngines.packageManager.version}`);
});

describe('the software driver in the cache folder', () => {
  const load = async () => {
    vi.stubEnv('XDG_CACHE_HOME', scratch);
    return { ...(await import('../vulkan-driver.mjs')), ...(await import('./machine.mjs')) };
  };
  const install = () => {
    mkdirSync(join(scratch, 'attune/lavapipe'), { recursive: true });
    writeFileSync(join(scratch, 'attune/lavapipe/lvp_icd.json'), '{}');
  };
  beforeEach(() => {
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) vi.stubEnv(name, undefined);
    vi.stubEnv('LD_LIBRARY_PATH', '/elsewhere');
  });

  it('is used when it is there', async () => {
    const { driverEnvironment } = await load();
    expect(driverEnvironment()).toEqual({});
    install();
    const environment = driverEnvironment();
    expect(environment.VK_DRIVER_FILES).toBe(join(scratch, 'attune/lavapipe/lvp_icd.json'));
    expect(environment.LD_LIBRARY_PATH).toMatch(/lavapipe\/root\/usr\/lib\/.*:\/elsewhere$/);
  });

  it('is not used where the user has chosen a driver', async () => {
    const { driverEnvironment } = await load();
    install();
    vi.stubEnv('VK_DRIVER_FILES', '/mine.json');
    expect(driverEnvironment()).toEqual({});
  });

  it('is not used on a machine whose own adapter answers, until its drivers change', async () => {
    const { driverEnvironment, rememberAdapter, rememberedAdapter } = await load();
    install();
    rememberAdapter({ own: true, adapter: 'a GPU' });
    expect(rememberedAdapter()).toMatchObject({ own: true, adapter: 'a GPU' });
    expect(driverEnvironment()).toEqual({});
    writeFileSync(join(scratch, 'attune/lavapipe/lvp_icd.json'), '{ }');
    expect(rememberedAdapter()).toBeNull();
    expect(existsSync(driverEnvironment().VK_DRIVER_FILES)).toBe(true);
  });
});
