import { resolveRelative } from './resolve-relative.mjs';

/**
 * What each file of a package is: `test` (tests, benchmarks and their helpers), the `node` or
 * `browser` side of its platform, `app`, else `shared`. A side is `src/platform/node.ts` (or
 * `browser.ts`) with the files beside it that nothing else imports.
 * @returns {Map<string, 'test' | 'node' | 'browser' | 'app' | 'shared'>}
 */
export function kindsOf({ path, isApp, files }) {
  const isTest = (file) => /\.(test|bench)\.ts$/.test(file) || file.startsWith(`${path}/src/testing/`);
  const kinds = new Map(files.map((file) => [file.path, isTest(file.path) ? 'test' : isApp ? 'app' : 'shared']));
  const importers = new Map();
  for (const file of files.filter((one) => !isTest(one.path))) {
    for (const { specifier } of file.imports.filter((one) => one.specifier?.startsWith('.') && !one.typeOnly)) {
      const target = resolveRelative(file.path, specifier);
      importers.set(target, [...(importers.get(target) ?? []), file.path]);
    }
  }
  for (const side of ['node', 'browser']) {
    const members = [`${path}/src/platform/${side}.ts`].filter((file) => kinds.has(file));
    for (const member of members) {
      kinds.set(member, side);
      for (const [target, from] of importers) {
        const beside =
          target.startsWith(`${path}/src/platform/`) && kinds.get(target) === 'shared' && !members.includes(target);
        if (beside && from.every((file) => kinds.get(file) === side)) members.push(target);
      }
    }
  }
  return kinds;
}
