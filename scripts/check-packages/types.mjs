// The types of all packages, and every snippet of a README, as strict readers compile them.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../setup/child.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { entriesOf } from './manifests.mjs';
import { sourceFolder } from './pack.mjs';
import { sideBySide } from './sideBySide.mjs';
import { snippets } from './snippets.mjs';
import { typescriptVersions } from './tools.mjs';

/** What `tsc --init` writes, with libraries checked too. */
const strictOptions = {
  target: 'es2022',
  strict: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  noUncheckedSideEffectImports: true,
  moduleDetection: 'force',
};
const resolutions = { nodenext: 'nodenext', bundler: 'esnext' };
const libraries = { 'with the DOM': ['es2022', 'dom', 'dom.iterable'], 'without the DOM': ['es2022'] };

/**
 * @param {string} project a project in which every package is installed
 * @returns {Promise<{ typescript: string, setting: string, errors: string[] }[]>}
 */
export async function checkTypes(project, packages, tools) {
  const files = writeSources(project, packages);
  const runs = typescriptVersions.flatMap((typescript) =>
    Object.entries(resolutions).flatMap(([resolution, module]) =>
      Object.entries(libraries).map(([setting, lib]) => ({
        typescript,
        setting: `${resolution}, ${setting}`,
        settings: { module, moduleResolution: resolution, lib },
        files: files[setting],
      })),
    ),
  );
  return sideBySide(runs, async ({ typescript, setting, ...run }) => ({
    typescript,
    setting,
    errors: await compile(project, { typescript, tools, ...run }),
  }));
}

/**
 * Compiles these files of a project under the strict options and these settings.
 * @returns {Promise<string[]>} the errors
 */
export async function compile(project, { typescript = typescriptVersions.at(-1), tools, settings, files }) {
  const compilerOptions = { ...strictOptions, ...settings };
  const configuration = join(project, `tsconfig.${randomUUID()}.json`);
  writeFileSync(configuration, JSON.stringify({ compilerOptions, files }));
  const compiler = join(tools, 'node_modules', `typescript-${typescript}`, 'bin', 'tsc');
  const args = [compiler, '--pretty', 'false', '--project', configuration];
  const { code, output } = await runQuietly(process.execPath, args, { cwd: project });
  const errors = output.split('\n').filter((line) => line.includes('error TS'));
  return code !== 0 && errors.length === 0 ? [output] : errors;
}

/** Each error with the compilers and settings that tell it. */
export function errorsOfTypes(results) {
  const where = new Map();
  for (const { typescript, setting, errors } of results)
    for (const error of errors) where.set(error, [...(where.get(error) ?? []), `TypeScript ${typescript}, ${setting}`]);
  return where;
}

/** A module that imports every entry of every package, and one for every snippet. */
function writeSources(project, packages) {
  const entries = packages.flatMap(entriesOf).map((entry, index) => `export * as entry${index} from '${entry}';`);
  writeFileSync(join(project, 'all.ts'), `${entries.join('\n')}\n`);
  const pages = [['README', join(rootFolder, 'README.md')]].concat(
    packages.map((packed) => [packed.name.split('/')[1], join(sourceFolder(packed), 'README.md')]),
  );
  const written = pages.flatMap(([page, path]) => {
    // Later snippets continue earlier ones; the first stands alone, as do those without the hub.
    const alone = snippets(path).filter(({ offline }, index) => index === 0 || offline);
    return alone.map(({ code }, index) => {
      const file = `${page}.snippet-${index}.ts`;
      writeFileSync(join(project, file), code);
      return file;
    });
  });
  writeFileSync(join(project, 'page.ts'), pageSource);
  // Snippets print, and console is the DOM's or Node's.
  return { 'with the DOM': ['all.ts', 'page.ts', ...written], 'without the DOM': ['all.ts'] };
}

/** What a page has of files is what `fromPretrained` and `savePretrained` take. */
const pageSource = `
import { AutoTokenizer, BertModel } from '@attune/bert';
export async function keep(folder: FileSystemDirectoryHandle, chosen: FileList, file: File, blob: Blob) {
  for (const from of [folder, chosen, [file], new Map([['config.json', blob]]), new URL('https://example.com/model')])
    await AutoTokenizer.fromPretrained(from);
  const model = await BertModel.fromPretrained(folder);
  await model.savePretrained(folder);
  await model.savePretrained(new Map());
}
`;
