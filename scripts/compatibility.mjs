// Writes the tables of docs/compatibility.md and docs/trainer-parity.md that come from the
// Trainer's own: `npm run build` first. A test compares them with the sources.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain } from './setup/is-main.mjs';
import { rootFolder } from './setup/root-folder.mjs';
import { writePage } from './setup/write-page.mjs';
import { builtTables, pagePath as parityPage, readGolden, withSurface } from './trainer-parity.mjs';

export const pagePath = join(rootFolder, 'docs/compatibility.md');

const code = (value) => `\`${value}\``;
const shown = (value) => code(JSON.stringify(value) ?? 'undefined');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/**
 * What becomes of each argument of `transformers.TrainingArguments`.
 * @param {{ defaultArguments: object, unsupportedArguments: object, renamedArguments: object,
 *   pointlessArguments: object, impossibleArguments: object }} tables
 */
export function argumentTables(tables) {
  const rows = (entries, describe) => Object.entries(entries).map(([name, value]) => [code(name), describe(value)]);
  return [
    `Works (${Object.keys(tables.defaultArguments).length}), with the defaults of \`transformers\` 5:`,
    table(['argument', 'default'], rows(tables.defaultArguments, shown)),
    `Refused (${Object.keys(tables.unsupportedArguments).length}), but for the value at which nothing is asked:`,
    table(
      ['argument', 'taken when', 'why'],
      Object.entries(tables.unsupportedArguments).map(([name, { neutral, reason }]) => [
        code(name),
        shown(neutral),
        reason,
      ]),
    ),
    'Answered with what to do instead:',
    table(
      ['argument', 'what the error says'],
      [
        ...rows(tables.renamedArguments, (now) => `it is called ${now}`),
        ...rows({ ...tables.pointlessArguments, ...tables.impossibleArguments }, (reason) => reason),
      ],
    ),
  ].join('\n\n');
}

/** The page with what stands between its two marks replaced. */
export const withTables = (page, tables) =>
  page.replace(
    /(<!-- arguments -->)[^]*(<!-- end of arguments -->)/,
    (_, start, end) => `${start}

${tables}

${end}`,
  );

if (isMain(import.meta.url)) {
  const tables = await builtTables();
  await writePage(pagePath, withTables(readFileSync(pagePath, 'utf8'), argumentTables(tables)));
  await writePage(parityPage, withSurface(readFileSync(parityPage, 'utf8'), readGolden().surface, tables));
}
