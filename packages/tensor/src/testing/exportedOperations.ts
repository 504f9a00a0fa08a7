import { readFileSync } from 'node:fs';

/**
 * Names of all functions that index.ts exports from functional/, by the file that they come from.
 */
export function exportedOperations(): ReadonlyMap<string, string> {
  const index = readFileSync(new URL('../index.ts', import.meta.url), 'utf8');
  const found = new Map<string, string>();
  for (const [, names = '', file = ''] of index.matchAll(/export \{([^}]*)\} from '\.\/functional\/([\w/]+)\.ts'/g))
    for (const name of names.split(',')) {
      const exported = name.trim().split(' as ').at(-1) as string;
      if (exported !== '') found.set(exported, file);
    }
  return found;
}
