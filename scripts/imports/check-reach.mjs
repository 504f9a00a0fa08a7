import { resolveRelative } from './resolve-relative.mjs';
import { lightEntries } from './rules.mjs';

/** What an entry point that must stay light reaches through the files of its package. */
export function checkReach({ path, files }) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return Object.entries(lightEntries)
    .filter(([entry]) => entry.startsWith(`${path}/`) && byPath.has(entry))
    .flatMap(([entry, forbidden]) => walk(entry, forbidden, byPath, path));
}

function walk(entry, forbidden, byPath, owner) {
  const problems = [];
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const { specifier, line } of byPath.get(path).imports) {
      if (forbidden.some((name) => specifier === name || specifier?.startsWith(`${name}/`)))
        problems.push(`${path}:${line}: ${entry} must not reach ${specifier}`);
      for (const target of targets(path, specifier, owner)) if (byPath.has(target)) reached.add(target);
    }
  }
  return problems;
}

function targets(from, specifier, owner) {
  if (specifier === '#platform') return ['node', 'browser'].map((side) => `${owner}/src/platform/${side}.ts`);
  return specifier?.startsWith('.') ? [resolveRelative(from, specifier)] : [];
}
