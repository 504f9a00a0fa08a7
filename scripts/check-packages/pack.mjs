import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPnpm, runPnpm } from '../setup/pnpm.mjs';
import { rootFolder } from '../setup/root-folder.mjs';

/**
 * Packs every package as `pnpm publish` would, into `folder`, and unpacks each beside it.
 * @returns {Promise<{ name: string, tarball: string, unpacked: string, manifest:
 *   object, files: string[] }[]>}
 */
export async function packAll(folder) {
  const { code, output } = await runPnpm(await findPnpm(), [
    '--recursive',
    '--filter=./packages/*',
    'pack',
    `--pack-destination=${folder}`,
  ]);
  if (code !== 0) throw new Error(`The packages could not be packed:\n${output}`);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => {
      const tarball = join(folder, name);
      const unpacked = tarball.slice(0, -'.tgz'.length);
      mkdirSync(unpacked);
      execFileSync('tar', ['xzf', name, '-C', unpacked, '--strip-components', '1'], { cwd: folder });
      const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
      const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(unpacked.length + 1)
            .replaceAll('\\', '/'),
        );
      return { name: manifest.name, tarball, unpacked, manifest, files };
    });
}

/** The folder of a package in the workspace. */
export const sourceFolder = ({ manifest }) => join(rootFolder, manifest.repository.directory);
