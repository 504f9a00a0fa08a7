import { defineConfig } from 'vitest/config';
import { wgsl } from './vitest.shared.ts';

// Other tools read this file too.
if (!process.env.ATTUNE_REFERENCE && process.argv[1]?.includes('vitest'))
  console.error(
    'ATTUNE_REFERENCE names no folder of reference data (data/, golden/, models/): *.reference.test.ts are left out.',
  );

export default defineConfig({
  // Of the servers of a run only this one watches files.
  plugins: [wgsl],
  test: {
    projects: [
      'packages/*',
      'apps/*',
      'examples',
      { test: { name: 'scripts', include: ['scripts/**/*.test.mjs'], testTimeout: 60_000 } },
    ],
    maxWorkers: 2,
  },
});
