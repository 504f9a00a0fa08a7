// The libraries that NVIDIA's Vulkan driver links to, from this machine's Debian or Ubuntu:
// unpacked here, so that the other machine needs neither root nor dpkg, and without links, which
// not every way of copying keeps.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packages = (
  'libvulkan1 libegl1 libglvnd0 libopengl0 libgl1 libglx0 libgles2 ' +
  'libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0'
).split(' ');

/** @returns the packages that could not be had */
export function copyLibraries(folder) {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'attune-libraries-'));
  try {
    const options = existsSync('/etc/apt') ? freshLists(scratch) : [];
    return packages.filter((name) => !unpacked(name, scratch, folder, options));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Package lists of our own: the machine's may be old or missing, and only root may renew those. */
function freshLists(scratch) {
  const lists = join(scratch, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const options = ['-oAPT::Architecture=amd64', '-oAPT::Architectures=amd64', `-oDir::State::Lists=${lists}`];
  try {
    execFileSync('apt-get', [...options, 'update'], { stdio: 'ignore' });
  } catch {
    return [];
  }
  return options;
}

function unpacked(name, scratch, folder, options) {
  const place = join(scratch, name);
  mkdirSync(place);
  try {
    execFileSync('apt-get', [...options, 'download', name], { cwd: place, stdio: 'ignore' });
    const file = readdirSync(place).find((entry) => entry.endsWith('.deb'));
    execFileSync('dpkg', ['-x', join(place, file), place], { stdio: 'ignore' });
  } catch {
    return false;
  }
  // Programs ask for libx.so.1; that may be a link to libx.so.1.2.3.
  const libraries = readdirSync(place, { recursive: true }).filter((path) => /\/lib[^/]+\.so\.\d+$/.test(path));
  for (const path of libraries) copyFileSync(join(place, path), join(folder, path.split('/').at(-1)));
  return libraries.length > 0;
}
