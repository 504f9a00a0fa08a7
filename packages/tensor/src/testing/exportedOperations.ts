import { readFileSync } from 'node:fs';

/** The file of every function that index.ts exports from functional/, by the function's name. */
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
