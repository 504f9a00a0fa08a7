import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, multiarch } from '../vulkan-driver.mjs';
import { runQuietly } from './child.mjs';
import { makeFolder } from './make-folder.mjs';
import { SetupProblem } from './problem.mjs';
import { step } from './step.mjs';

/**
 * Where each Debian release has a Mesa that WebGPU can use. Debian 12's own is too old; its
 * backports are not.
 */
const suites = { bookworm: 'bookworm-backports' };
const packages = ['mesa-vulkan-drivers', 'libvulkan1'];

/**
 * Fetches Mesa's software Vulkan driver with apt into a folder of ours: no root needed, nothing of
 * the system changed. Everything is made in a temporary folder, tried, and then renamed, so a
 * half-made driver is never found.
 */
export async function installDriver({ probe, folder, probed }) {
  const release = debianRelease();
  if (!release || !multiarch) {
    throw new SetupProblem(
      `No WebGPU adapter answers, and the software one can be fetched by this command only on Debian 12 or newer (x64 or arm64); this is ${release?.name ?? systemName()}, ${process.arch}. ` +
        'Install a Vulkan driver and the Vulkan loader with your package manager, Mesa 25 or newer: mesa-vulkan-drivers and libvulkan1 on Ubuntu, ' +
        'mesa-vulkan-drivers and vulkan-loader on Fedora, vulkan-swrast and vulkan-icd-loader on Arch; then run the same command again.',
      probed.output,
    );
  }
  const fetchAndTry = async (beside) => {
    await download(beside, release);
    const library = `root/usr/lib/${multiarch}/libvulkan_lvp.so`;
    if (!existsSync(join(beside, library))) {
      throw new SetupProblem(
        "No WebGPU adapter answers although Mesa's Vulkan drivers are installed here. `vulkaninfo --summary` (package vulkan-tools) shows what the drivers say; " +
          'reinstalling them often helps: apt-get install --reinstall mesa-vulkan-drivers libvulkan1.',
        probed.output,
      );
    }
    const manifest = { ICD: { api_version: '1.3.0', library_path: `./${library}` }, file_format_version: '1.0.0' };
    writeFileSync(join(beside, 'lvp_icd.json'), `${JSON.stringify(manifest)}\n`);
    const found = await probe(environmentOf(beside));
    if (!found.adapter)
      throw new SetupProblem(
        'The software Vulkan driver was fetched, but no WebGPU adapter answers with it either.',
        found.output,
      );
    return found;
  };
  return step('No GPU answers: fetching a software Vulkan driver', () => makeFolder(folder, fetchAndTry));
}

async function download(folder, release) {
  const apt = join(folder, 'apt');
  for (const path of ['lists/partial', 'cache/archives/partial', 'state', 'empty'])
    mkdirSync(join(apt, path), { recursive: true });
  const suite = suites[release.codename] ?? release.codename;
  const source = {
    Types: 'deb',
    URIs: await mirror(release),
    Suites: [...new Set([release.codename, suite])].join(' '),
    Components: 'main',
    'Signed-By': keyring,
  };
  writeFileSync(
    join(apt, 'mirror.sources'),
    Object.entries(source)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  const settings = [
    `Dir::Etc::sourcelist=${join(apt, 'mirror.sources')}`,
    'Dir::Etc::sourceparts=-',
    'Dir::Etc::preferences=-',
    'Dir::Etc::preferencesparts=-',
    `Dir::State=${join(apt, 'state')}`,
    `Dir::State::lists=${join(apt, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(apt, 'cache')}`,
    'Debug::NoLocking=1',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
    // As root apt would hand downloads to a user who may not write here.
    'APT::Sandbox::User=root',
    'APT::Update::Error-Mode=any',
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, '-q', 'update']);
  await run('apt-get', [
    ...settings,
    '-q',
    '-y',
    '--no-install-recommends',
    '-t',
    suite,
    '--download-only',
    'install',
    ...packages,
  ]);
  mkdirSync(join(folder, 'root'));
  const archives = join(apt, 'cache/archives');
  for (const name of readdirSync(archives).filter((entry) => entry.endsWith('.deb')))
    await run('dpkg', ['-x', join(archives, name), join(folder, 'root')]);
  rmSync(apt, { recursive: true });
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The address that this machine's own apt uses for its release. */
async function mirror({ codename, version, name }) {
  const { output } = await runQuietly('apt-get', [
    'update',
    '--print-uris',
    '-o',
    'Debug::NoLocking=1',
    '-o',
    'Dir::State::lists=/nonexistent',
  ]);
  const aliases = [codename, { 12: 'oldstable', 13: 'stable' }[version]].filter(Boolean).join('|');
  const found = output.match(new RegExp(`^'(\\S+?)/dists/(?:${aliases})/(?:In)?Release'`, 'm'));
  if (found) return found[1];
  throw new SetupProblem(
    `No WebGPU adapter answers, and apt on this machine (${name}) names no mirror for ${codename}, from which the software Vulkan driver could be fetched. ` +
      `Add one to /etc/apt/sources.list (a line such as: deb MIRROR ${codename} main), or install a GPU driver; then run the same command again.`,
    output,
  );
}

async function run(command, args) {
  const { code, output } = await runQuietly(command, args, {
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code === 0) return;
  const errors = output
    .split('\n')
    .filter((line) => /^(E|Err)\b|error/i.test(line))
    .join('\n');
  throw new SetupProblem(
    "No WebGPU adapter answers, and the software Vulkan driver could not be fetched from this machine's Debian mirror: it takes about 55 MB of download, 300 MB of disk, " +
      'and on Debian 12 a mirror that carries bookworm-backports. Check the network and the mirror and run the same command again, or install the driver as root: ' +
      'apt-get install mesa-vulkan-drivers libvulkan1 (on Debian 12 with -t bookworm-backports).',
    errors || output,
  );
}

function osRelease() {
  const path = '/etc/os-release';
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return Object.fromEntries(lines.map((line) => line.match(/^(\w+)="?(.*?)"?$/)?.slice(1)).filter(Boolean));
}

const systemName = () => osRelease().PRETTY_NAME ?? 'an unknown system';

/**
 * @returns {{ codename: string, version: number, name: string } | null} null when this is not
 *   Debian 12 or newer
 */
function debianRelease() {
  const { ID, VERSION_CODENAME, VERSION_ID, PRETTY_NAME } = osRelease();
  const tooOld = VERSION_ID !== undefined && Number(VERSION_ID) < 12;
  if (ID !== 'debian' || !VERSION_CODENAME || tooOld || !existsSync('/usr/bin/apt-get')) return null;
  return { codename: VERSION_CODENAME, version: Number(VERSION_ID), name: PRETTY_NAME };
}
