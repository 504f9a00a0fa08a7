// Runs test files that are bundled into the program, and prints the failures and the counts.
import { startTests } from '@vitest/runner';

/**
 * Each head size, type and dropout is a program of its own, which a software driver takes seconds
 * to compile: beside Dawn in Node, attention is tested in the sizes of models.
 */
export const rareHeads = /attention .*(heads of (?!(1|3|16|64) )|sequences of 512)/;

/**
 * @param {Record<string, () => Promise<unknown>>} files what `import.meta.glob` gives
 * @param {readonly string[]} words only files whose path holds one of them; all where there is none
 * @param {object} [leniency]
 * @param {RegExp} [leniency.leftOut] names of tests that are left out
 * @param {boolean} [leniency.fewSizes] whether of tests that differ in their numbers only two run:
 *   one from the middle and the last. Default false
 * @param {(message: string) => string | null} [leniency.whySkipped] why a test that ended with this
 *   error cannot run here; null where it should have
 * @returns {Promise<boolean>} whether all passed
 */
export async function runTests(files, words, { leftOut = /^$/, fewSizes = false, whySkipped = () => null } = {}) {
  const count = { passed: 0, failed: 0 };
  const skipped = new Map();
  const tell = (name, errors = []) => {
    const reasons = errors.map(({ message }) => whySkipped(message));
    if (reasons.length > 0 && reasons.every((reason) => reason !== null)) {
      skipped.set(reasons[0], (skipped.get(reasons[0]) ?? 0) + 1);
      return;
    }
    count.failed += 1;
    for (const { message } of errors)
      console.log(`FAILED ${name}\n  ${String(message).split('\n').slice(0, 6).join('\n  ')}`);
  };
  const paths = Object.keys(files).filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
  const tasks = await startTests(paths, {
    config: {
      root: import.meta.dirname ?? '/',
      setupFiles: [],
      passWithNoTests: false,
      allowOnly: false,
      sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
      maxConcurrency: 1,
      testNamePattern: new RegExp(`^(?!.*(?:${leftOut.source}))`),
      testTimeout: 240_000,
      hookTimeout: 240_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
    },
    importFile: (path) => files[path](),
    onCollected(collected) {
      if (fewSizes) collected.forEach(leaveFewSizes);
    },
    onAfterRunSuite(suite) {
      if (suite.filepath)
        console.log(`${suite.name.replace(/^[./]+/, '')} ${((suite.result?.duration ?? 0) / 1000).toFixed(1)} s`);
      if (suite.result?.errors?.length > 0) tell(suite.name, suite.result.errors);
    },
    onAfterRunTask(task) {
      const { state, errors } = task.result ?? {};
      if (state === 'pass') count.passed += 1;
      else if (state === 'fail') tell(`${task.suite?.name ?? ''} ${task.name}`, errors);
    },
  });
  const leftOutOf = ({ tasks: inner, mode }) =>
    inner ? inner.reduce((sum, task) => sum + leftOutOf(task), 0) : Number(mode === 'skip');
  const many = tasks.reduce((sum, task) => sum + leftOutOf(task), 0);
  const others = fewSizes ? ', most of them other sizes, which run with --all' : '';
  if (many > 0) console.log(`${many} left out${others}`);
  for (const [reason, times] of skipped) console.log(`${times} skipped: ${reason}`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 && count.passed > 0;
}

function leaveFewSizes({ tasks }) {
  const alike = new Map();
  for (const task of tasks) {
    if (task.tasks) leaveFewSizes(task);
    else if (task.mode === 'run') {
      const family = task.name.replaceAll(/\d+/g, '#');
      alike.set(family, [...(alike.get(family) ?? []), task]);
    }
  }
  for (const family of alike.values())
    family.forEach((task, index) => {
      if (index !== Math.floor(family.length / 2) && index !== family.length - 1) task.mode = 'skip';
    });
}
