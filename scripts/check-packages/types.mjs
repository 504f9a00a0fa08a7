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
  // A library's own types are written from ours: what it exports must be of types that have a name.
  declaration: true,
  types: [],
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  noUncheckedSideEffectImports: true,
  moduleDetection: 'force',
};
const resolutions = { nodenext: 'nodenext', bundler: 'esnext' };
// Without the DOM: with the oldest library too that projects have, as Vite's templates wrote it.
const libraries = { 'with the DOM': ['es2022', 'dom', 'dom.iterable'], 'without the DOM': ['es2020'] };

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
  writeFileSync(join(project, 'library.ts'), librarySource);
  // Snippets print, and console is the DOM's or Node's.
  return {
    'with the DOM': ['all.ts', 'library.ts', 'page.ts', ...written],
    'without the DOM': ['all.ts', 'library.ts'],
  };
}

/** What a library of somebody else's may export, whose types the compiler infers. */
const librarySource = `
import { AutoModel, AutoModelForSequenceClassification, AutoTokenizer, SentenceTransformer } from '@attune/bert';
import { DataCollatorWithPadding, DataLoader, Dataset, loadDataset } from '@attune/data';
import * as evaluate from '@attune/evaluate';
import { accuracy, mse } from '@attune/evaluate/metrics';
import { resolveFile, resolveFolder } from '@attune/hub';
import { gemm, openDevice } from '@attune/kernels';
import { AdamW, Linear, Module, tensor, type Tensor } from '@attune/tensor';
import { Trainer, TrainingArguments, type EvalPrediction } from '@attune/trainer';

export const tokenizer = (folder: string) => AutoTokenizer.fromPretrained(folder);
export const model = (folder: string) => AutoModelForSequenceClassification.fromPretrained(folder);
export const body = (folder: string) => AutoModel.fromPretrained(folder);
export const sentences = (folder: string) => SentenceTransformer.fromPretrained(folder);
export const splits = () => loadDataset('glue', 'mrpc');
export const rows = Dataset.fromColumns({ text: ['a'], label: [0] });
export const loader = new DataLoader(rows, { batchSize: 2 });
export async function tokenized(folder: string) {
  const encode = await tokenizer(folder);
  return (await splits()).map((batch) => encode(batch.sentence1, batch.sentence2), { batched: true });
}
export const metric = () => evaluate.load('glue', 'mrpc');
export const byName = (name: string) => evaluate.load(name);
export const numbers = () => evaluate.load('mse');
export const both = () => evaluate.combine(['accuracy', 'f1']);
export const made = { accuracy, one: accuracy(), mse: mse() };
export const args = new TrainingArguments('out', { evalStrategy: 'epoch' });
export const saved = args.toJSON();
export async function trainer(folder: string) {
  const { train, validation } = await tokenized(folder);
  const score = await metric();
  return new Trainer({
    model: await model(folder),
    args,
    trainDataset: train,
    evalDataset: validation,
    dataCollator: new DataCollatorWithPadding({ tokenizer: await tokenizer(folder) }),
    computeMetrics: ({ predictions, labelIds }: EvalPrediction) =>
      score.compute({ predictions: predictions.argmax(-1), references: labelIds }),
  });
}
export const rowsOf = (of: Trainer) => ({ train: of.trainDataset, evaluated: of.evalDataset });
export async function run(folder: string) {
  const ready = await trainer(folder);
  const scores = { result: await ready.train(), evaluated: await ready.evaluate() };
  return { ...scores, predicted: await ready.predict(rows) };
}
export class Longer extends Trainer {}
export class Own extends Module {
  readonly layer = new Linear({ inFeatures: 2, outFeatures: 3 });
  forward(input: Tensor) {
    return this.layer.forward(input);
  }
}
export const optimizer = (own: Own) => new AdamW([...own.parameters()], { lr: 0.001 });
export const computed = () => tensor([[1, 2]]);
export const device = () => openDevice();
export const spent = async () => (await device()).statistics;
export const files = { gemm, resolveFile, resolveFolder };
`;

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
