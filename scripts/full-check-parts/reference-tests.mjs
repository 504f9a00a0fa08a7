import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests } from '../count-tests.mjs';
import { readJson } from '../setup/files.mjs';
import { referenceFolder } from './reference-folder.mjs';
import { run } from './run.mjs';

/** Every reference test, the long ones too. */
export async function referenceTests() {
  const env = { ATTUNE_REFERENCE: referenceFolder(), ATTUNE_FULL: '1' };
  const folder = mkdtempSync(join(tmpdir(), 'attune-full-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  let exitCode = 0;
  await run(process.execPath, ['scripts/attune.mjs', 'test', ...reporters, 'reference.test'], { env }).catch(() => {
    exitCode = 1;
  });
  const { passed, failed } = countTests(readJson(report), exitCode);
  rmSync(folder, { recursive: true });
  if (failed > 0) throw new Error(`${passed} passed, ${failed} failed`);
  return { tests: `${passed} passed` };
}
