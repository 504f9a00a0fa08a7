import { describe, expect, it } from 'vitest';
import { countTests } from './count-tests.mjs';

const file = (status, ...results) => ({ status, assertionResults: results.map((result) => ({ status: result })) });

describe('counting tests', () => {
  it.each([
    [
      'a run in which everything passed',
      { testResults: [file('passed', 'passed', 'passed', 'skipped')] },
      0,
      { passed: 2, failed: 0 },
    ],
    [
      'failing tests',
      { testResults: [file('failed', 'passed', 'failed'), file('failed', 'failed')] },
      1,
      { passed: 1, failed: 2 },
    ],
    [
      'a file that could not be loaded',
      { testResults: [file('passed', 'passed'), file('failed')] },
      1,
      { passed: 1, failed: 1 },
    ],
    ['an error outside every test', { testResults: [file('passed', 'passed')] }, 1, { passed: 1, failed: 1 }],
    ['a run that left no report', null, 1, { passed: 0, failed: 1 }],
    ['a run that found no test', { testResults: [] }, 1, { passed: 0, failed: 1 }],
  ])('%s', (_, report, exitCode, counts) => {
    expect(countTests(report, exitCode)).toEqual(counts);
  });
});
