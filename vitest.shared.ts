import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { WithoutDawnWarnings } from './packages/kernels/bin/withoutDawnWarnings.mjs';
import { inlineWgsl } from './scripts/build/inline-wgsl.mjs';
import { driverEnvironment } from './scripts/vulkan-driver.mjs';

/** Keeps every x.wgsl.ts equal to its x.wgsl, also while Vitest watches. */
export const wgsl: Plugin = {
  name: 'attune-wgsl',
  buildStart: () => inlineWgsl(),
  // Vitest updates no modules in place, so it asks no plugin about changes.
  configureServer({ watcher }) {
    watcher.on('all', (_event, file) => {
      if (file.endsWith('.wgsl')) inlineWgsl();
    });
  },
};

/** What native code of the workers writes reaches the terminal without Dawn's two warnings. */
const quiet: Plugin = {
  name: 'attune-without-dawn-warnings',
  configureVitest({ vitest: { logger } }) {
    // Once for a run, which has a server for each package.
    if (logger.errorStream instanceof WithoutDawnWarnings) return;
    const filter = new WithoutDawnWarnings();
    filter.pipe(logger.errorStream);
    logger.errorStream = filter;
  },
};

// Workers are child processes, so that a native crash stays in its file; they inherit the driver
// found or installed by the setup.
Object.assign(process.env, driverEnvironment());

export default defineConfig({
  plugins: [wgsl, quiet],
  resolve: { conditions: ['attune-source'] },
  ssr: { resolve: { conditions: ['attune-source', 'node'] } },
  test: {
    pool: 'forks',
    // Tests of matrix units need an adapter that has them: scripts/matrix-tests.mjs runs those and
    // no others.
    include: [process.env.ATTUNE_MATRIX ? 'src/**/*.matrix.test.ts' : 'src/**/!(*.matrix).test.ts'],
    // Tests that hold on a GPU, tried without one: the software driver plays it.
    // Or tried on an interpreter, which looks for races.
    setupFiles: [
      ...(process.env.ATTUNE_AS_GPU ? ['scripts/gpu/asGpu.mjs'] : []),
      ...(process.env.ATTUNE_INTERPRETED ? ['packages/kernels/src/testing/interpreter/interpretTests.ts'] : []),
    ].map((path) => join(import.meta.dirname, path)),
    benchmark: { include: ['src/**/*.bench.ts'] },
    // A software driver compiles each kernel at its first use, which takes seconds on a busy
    // machine. The interpreter takes minutes for what a driver does in a second.
    testTimeout: process.env.ATTUNE_INTERPRETED ? 3_600_000 : 240_000,
    hookTimeout: 240_000,
    // The reference tests and benchmarks print the figures they find.
    silent: process.env.ATTUNE_REFERENCE || process.argv.includes('bench') ? false : 'passed-only',
  },
});
