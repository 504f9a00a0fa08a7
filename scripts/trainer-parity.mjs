// Writes docs/trainer-parity.md: runs every behaviour that packages/trainer/src/testing/parity
// lists, against what transformers was recorded to do, and lists what each argument, method, event
// and option of transformers is here. `npm run build` first. Python is not needed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMain } from './setup/is-main.mjs';
import { rootFolder } from './setup/root-folder.mjs';
import { writePage } from './setup/write-page.mjs';
import { driverEnvironment } from './vulkan-driver.mjs';

export const pagePath = join(rootFolder, 'docs/trainer-parity.md');

const code = (value) => `\`${value}\``;
const cell = (text) => text.replaceAll('|', '\\|');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows.map((cells) => cells.map(cell))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

/**
 * What becomes of everything that transformers' Trainer has.
 * @param surface `surface` of golden/trainer.json
 * @param tables the Trainer's own tables
 */
export function surfaceTables(surface, tables) {
  const { defaultArguments, unsupportedArguments, renamedArguments } = tables;
  const refused = { ...tables.pointlessArguments, ...tables.impossibleArguments };
  const argument = (name) => {
    if (name in defaultArguments) return ['works', differentDefault(surface.arguments[name], defaultArguments[name])];
    if (name in renamedArguments) return ['renamed', renamedArguments[name]];
    if (name in unsupportedArguments) return ['refused', unsupportedArguments[name].reason];
    return ['refused', refused[name]];
  };
  const method = (name) => (name in tables.absentMethods ? ['refused', tables.absentMethods[name]] : ['works', '']);
  const event = (name) =>
    tables.eventNames.includes(name) ? ['works', ''] : ['refused', 'nothing is pushed to the hub'];
  const rows = (names, answer) => names.map((name) => [code(name), ...answer(name)]);
  const added = (names, known) =>
    names
      .filter((name) => !known.includes(name))
      .map(code)
      .join(', ');
  return [
    `## Arguments (${Object.keys(surface.arguments).length})`,
    table(['argument', 'here', ''], rows(Object.keys(surface.arguments), argument)),
    `Besides these there are here: ${added(Object.keys(defaultArguments), Object.keys(surface.arguments))}.`,
    `## Methods (${surface.methods.length})`,
    table(['method', 'here', ''], rows(surface.methods, method)),
    `## Events (${surface.events.length})`,
    table(['event', 'here', ''], rows(surface.events, event)),
    `Besides these there are here: ${added(tables.eventNames, surface.events)}.`,
  ].join('\n\n');
}

/** The page with what comes behind its mark replaced: that needs no run. */
export const withSurface = (page, surface, tables) =>
  `${page.replace(/<!-- surface -->[^]*/, '<!-- surface -->')}\n\n${surfaceTables(surface, tables)}\n`;

/** What transformers was recorded to have and to do. */
export const readGolden = () =>
  JSON.parse(readFileSync(join(rootFolder, 'packages/trainer/golden/trainer.json'), 'utf8'));

/** What Python leaves to None may have a value here. */
const differentDefault = (theirs, ours) =>
  theirs === null || JSON.stringify(theirs) === JSON.stringify(ours) ? '' : `by default ${code(JSON.stringify(ours))}`;

/** @param results of each behaviour: section, title, verdict, and what was measured */
function behaviourTables(results) {
  const sections = new Map();
  for (const result of results) sections.set(result.section, [...(sections.get(result.section) ?? []), result]);
  return [...sections].flatMap(([section, rows]) => [
    `## ${section}`,
    table(
      ['behaviour', 'here', 'measured'],
      rows.map(({ title, verdict, figure }) => [title, verdict, figure ?? '']),
    ),
  ]);
}

/** Runs the behaviours of a test file, with Vitest as `npm test` does. */
function run(place, test) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-parity-'));
  const file = join(folder, 'results.json');
  try {
    // The page lacks rows that are new, which is one of the tests: what counts is read below.
    spawnSync('npx', ['vitest', 'run', test, '--reporter=json', `--outputFile=${file}`], {
      cwd: join(rootFolder, place),
      env: { ...process.env, ...driverEnvironment() },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return JSON.parse(readFileSync(file, 'utf8')).testResults[0].assertionResults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Trainer's own tables, as they are built. */
export async function builtTables() {
  const built = (file) => import(pathToFileURL(join(rootFolder, 'packages/trainer/dist', file)).href);
  return {
    ...(await built('arguments/defaults.js')),
    ...(await built('arguments/otherNames.js')),
    ...(await built('absent/absentMethods.js')),
    ...(await built('callbacks/trainerCallback.js')),
  };
}

if (isMain(import.meta.url)) {
  const golden = readGolden();
  const behaviours = [
    ...run('packages/trainer', 'parity.test'),
    // The Trainer knows no model; those of BERT are tested above it.
    ...run('apps/mrpc-demo', 'heads.test'),
  ].filter(({ meta }) => meta.title);
  const failed = behaviours.filter(({ meta }) => !meta.verdict);
  if (failed.length > 0 || behaviours.length === 0) {
    console.error(['These do not hold any more:', ...failed.map(({ meta }) => `  ${meta.title}`)].join('\n'));
    process.exit(1);
  }
  const results = behaviours.map(({ ancestorTitles, meta }) => ({ section: ancestorTitles.at(-1), ...meta }));
  const count = (is) => results.filter(({ verdict }) => verdict.startsWith(is)).length;
  const page = [
    '# The Trainer beside that of transformers',
    `\`node scripts/trainer-parity.mjs\` wrote this page: it ran each of these ${results.length} behaviours against what \`transformers\` ${golden.version} was recorded to do ` +
      '(`packages/trainer/golden/make_trainer.py`, `make_events.py`, `make_optimizers.py`, `make_evaluation.py`), with the regression model of its own tests and a small BERT. ' +
      `${count('same')} are the same, ${count('better')} better, ${count('refused')} refused by name. \`npm test -- parity\` runs them too. Numbers that were measured are relative to the larger of 1 and the value.`,
    ...behaviourTables(results),
    '<!-- surface -->',
  ].join('\n\n');
  await writePage(pagePath, withSurface(page, golden.surface, await builtTables()));
}
