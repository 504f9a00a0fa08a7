// Every package whole through each bundler for a page, and what parts of them weigh.
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { lessonCode } from '../weights/lesson.mjs';
import { runLesson } from '../weights/runLesson.mjs';
import { entriesOf } from './manifests.mjs';
import { loadTool } from './tools.mjs';

/** What a page takes in, in kB gzip, and the most that it may be. */
export const weights = {
  'one metric': {
    limits: { esbuild: 3, vite: 3 },
    code: `import { accuracy } from '@attune/evaluate/metrics';\nglobalThis.used = accuracy();`,
  },
  'one metric, by its name': {
    limits: { esbuild: 4.3, vite: 4.9 },
    code: `import { load } from '@attune/evaluate';\nglobalThis.used = load('accuracy');`,
    fetches: ['accuracy'],
  },
  'the tokenizer': {
    limits: { esbuild: 16.3, vite: 15.2 },
    code: `import { AutoTokenizer } from '@attune/bert/tokenizer';\nglobalThis.used = AutoTokenizer;`,
  },
  // esbuild leaves in the first chunk whatever an index names there and any chunk uses, but what
  // scripts/build/name-late.mjs lets it name as a constant.
  'the lesson, at its start': { limits: { esbuild: 70.4, vite: 60.3 }, code: lessonCode() },
  'the lesson, until it is trained, evaluated and predicted': {
    limits: { esbuild: 205.4, vite: 191 },
    code: lessonCode(),
    runs: true,
  },
  'the same, with a Parquet file': {
    limits: { esbuild: 231.2, vite: 216.4 },
    code: lessonCode(),
    runs: true,
    fetches: ['readParquet'],
  },
};

/** The bundlers, as functions (project, entry file, output folder). */
export function bundlers(tools) {
  const load = (name) => loadTool(tools, name);
  return {
    async esbuild(project, entry, outdir) {
      const esbuild = await load('esbuild');
      const options = { bundle: true, minify: true, splitting: true, format: 'esm', platform: 'browser' };
      await esbuild.build({ ...options, absWorkingDir: project, entryPoints: [entry], outdir, logLevel: 'silent' });
    },
    async vite(project, entry, outDir) {
      const vite = await load('vite');
      const input = join(project, entry);
      const rollupOptions = { input };
      // What the oldest Node of ours can read.
      const build = { outDir, emptyOutDir: true, rollupOptions, target: 'es2022', modulePreload: false };
      await vite.build({ root: project, configFile: false, logLevel: 'silent', build });
    },
    async rollup(project, entry, dir) {
      const { rollup } = await load('rollup');
      const { default: resolve } = await load('@rollup/plugin-node-resolve');
      const warnings = [];
      const bundle = await rollup({
        input: join(project, entry),
        plugins: [resolve({ browser: true })],
        onwarn: (warning) => warnings.push(warning.message),
      });
      await bundle.write({ dir, format: 'esm' });
      // We cannot fix warnings of other libraries.
      const ours = warnings.filter((warning) => /node_modules\/@attune\/|unresolved/i.test(warning));
      if (ours.length > 0) throw new Error(ours.join('\n'));
    },
    webpack: (project, entry, path) =>
      bundleByWebpack(tools, { context: project, entry: `./${entry}`, target: 'web', output: { path } }),
  };
}

/** @throws {Error} with webpack's errors and warnings */
export async function bundleByWebpack(tools, configuration) {
  const { default: webpack } = await loadTool(tools, 'webpack');
  const stats = await new Promise((resolve, reject) =>
    webpack({ mode: 'production', performance: false, ...configuration }, (error, done) =>
      error ? reject(error) : resolve(done),
    ),
  );
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  if (errors.length + warnings.length > 0) throw new Error([...errors, ...warnings].map((e) => e.message).join('\n'));
}

/** Bundles all of a package; an empty text when it worked and nothing of Node is in it. */
export async function bundleProblem(bundle, project, packed) {
  const entries = entriesOf(packed);
  const code = entries.map((entry, index) => `import * as part${index} from '${entry}';`);
  writeFileSync(
    join(project, 'entry.js'),
    [...code, `globalThis.used = [${entries.map((_, index) => `part${index}`).join(', ')}];\n`].join('\n'),
  );
  const out = join(project, 'bundle');
  mkdirSync(out, { recursive: true });
  try {
    await bundle(project, 'entry.js', out);
  } catch (error) {
    return error.message;
  }
  return nodeModuleIn(out) ?? '';
}

/**
 * kB gzip of what a page with this code loads: the entry, what that imports at once, what is loaded
 * later when it `runs`, and the modules named in `fetches`.
 *
 * @throws {Error} when a module in `fetches` is none that is loaded later
 */
export async function weigh(bundle, project, { code, runs = false, fetches = [] }) {
  writeFileSync(join(project, 'entry.js'), code);
  const whole = join(project, 'weighed');
  rmSync(whole, { recursive: true, force: true });
  await bundle(project, 'entry.js', whole);
  const out = realpathSync(existsSync(join(whole, 'assets')) ? join(whole, 'assets') : whole);
  const entry = readdirSync(out).find((file) => /^entry[-.]/.test(file));
  const loaded = new Set();
  const late = new Set();
  const follow = (file) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const text = readFileSync(join(out, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)) follow(name);
    for (const [, name] of text.matchAll(/import\(["'`]\.\/([^"'`]+)["'`]\)/g)) late.add(name);
  };
  follow(entry);
  if (runs)
    for (const file of (await runLesson(join(out, entry))).keys()) if (dirname(file) === out) follow(basename(file));
  for (const module of fetches) {
    const named = [...late].filter((name) => name.startsWith(`${module}-`));
    if (named.length === 0) throw new Error(`No chunk of ${module} is loaded later; there are ${[...late].join(', ')}`);
    named.forEach(follow);
  }
  return (
    [...loaded].reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).length, 0) / 1000
  );
}

function nodeModuleIn(folder) {
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => /\.m?js$/.test(file))) {
    const found = /(?:from|import|require)\s*\(?\s*["'](node:[a-z/]+)["']/.exec(
      readFileSync(join(folder, name), 'utf8'),
    );
    if (found) return `${name} imports ${found[1]}`;
  }
  return undefined;
}
