// Prints `PASSED FAILED` for a report of vitest's JSON reporter. Failures outside of tests
// count too: a file that could not be loaded, a worker that died, a run that ended with an error,
// a report that is missing. Usage: node scripts/count-tests.mjs REPORT EXIT-CODE
import { readJson } from './setup/files.mjs';
import { isMain } from './setup/is-main.mjs';

export function countTests(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults ?? []);
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failedTests = tests.filter((test) => test.status === 'failed').length;
  const failedFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults?.some((test) => test.status === 'failed'),
  ).length;
  const failed = failedTests + failedFiles;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

if (isMain(import.meta.url)) {
  const { passed, failed } = countTests(readJson(process.argv[2]), Number(process.argv[3]));
  console.log(`${passed} ${failed}`);
}
