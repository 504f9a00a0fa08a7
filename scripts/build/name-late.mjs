// Lets the index of a package name what pages load late:
// `node ../../scripts/build/name-late.mjs NAME …` in the package, once its dist is there. esbuild
// puts into a page's first piece whatever an index re-exports and any piece uses, but does not look
// through a constant. Types stay as they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from '../setup/is-main.mjs';

/**
 * The text of the index, which has these names from `./lateNames.js`, and of that module.
 *
 * @throws {Error} for a name that the index does not re-export
 */
export function nameLate(index, names) {
  const left = new Set(names);
  const imports = [];
  const constants = [];
  const text = index.replaceAll(/^export \{ (.*?),? \} from '(.*)';$/gm, (line, list, from) => {
    const exported = list.split(', ');
    const late = exported.filter((name) => left.delete(name));
    if (late.length === 0) return line;
    imports.push(`import { ${late.map((name) => `${name} as late${name}`).join(', ')} } from '${from}';`);
    constants.push(...late.map((name) => `export const ${name} = late${name};`));
    const rest = exported.filter((name) => !late.includes(name));
    return [
      `export { ${late.join(', ')} } from './lateNames.js';`,
      ...(rest.length > 0 ? [`export { ${rest.join(', ')} } from '${from}';`] : []),
    ].join('\n');
  });
  if (left.size > 0) throw new Error(`the index does not re-export ${[...left].join(', ')}`);
  return { index: text, lateNames: `${[...imports, ...constants].join('\n')}\n` };
}

if (isMain(import.meta.url)) {
  const file = join('dist', 'index.js');
  const { index, lateNames } = nameLate(readFileSync(file, 'utf8'), process.argv.slice(2));
  writeFileSync(file, index);
  writeFileSync(join('dist', 'lateNames.js'), lateNames);
}
