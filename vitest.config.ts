import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'examples', { test: { name: 'scripts', include: ['scripts/**/*.test.mjs'] } }],
    maxWorkers: 2,
  },
});
