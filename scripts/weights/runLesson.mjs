import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runQuietly } from '../setup/child.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { driverEnvironment } from '../vulkan-driver.mjs';

/**
 * Runs the lesson of a bundle to its end. @returns what V8 counted, by file that was loaded:
 * functions with ranges, the inner ones within the outer ones
 * @param {string} entry the bundle's file that makes `globalThis.lesson`
 * @throws {Error} with what the program said, when it failed
 */
export async function runLesson(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-lesson-'));
  try {
    const run = await runQuietly(process.execPath, [join(rootFolder, 'scripts/weights/runInPage.mjs'), entry], {
      env: { ...process.env, ...driverEnvironment(), NODE_V8_COVERAGE: folder },
    });
    if (run.code !== 0) throw new Error(`The lesson failed.\n${run.output}`);
    const [report] = readdirSync(folder);
    const { result } = JSON.parse(readFileSync(join(folder, report), 'utf8'));
    return new Map(
      result.filter(({ url }) => url.startsWith('file:')).map(({ url, functions }) => [fileURLToPath(url), functions]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
