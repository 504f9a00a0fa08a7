// Prints what pages weigh through a bundler: `node scripts/bundle-size.mjs [--parts]`, and ends
// with 1 where one weighs more than it may. Bundles come from the packages' sources, as vite makes
// them for browsers, minified, with the shaders as they are shipped; no build is needed. A page
// loads chunks at its start, and others once it knows its adapter: both together are what it weighs
// on an adapter of that kind. With --parts every module follows, by what gzip makes of it alone.
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { build } from 'vite';
import { inlineWgsl } from './build/inline-wgsl.mjs';
import { isMain } from './setup/is-main.mjs';
import { rootFolder, rootInCode } from './setup/root-folder.mjs';
import { shaderModules } from './build/ship-shaders.mjs';
import { lessonCode } from './weights/lesson.mjs';

const tensor = `${rootInCode}/packages/tensor/src`;

/**
 * Pages by name: what they import, and the most that they may weigh, in kB of 1000 bytes, gzipped:
 * at the start, on each kind of adapter, and what @attune/tensor has in them.
 */
export const pages = {
  'all of @attune/tensor': {
    most: { start: 121, software: 147.2, gpu: 155, matrixUnits: 162.9, tensor: 60 },
    code: `export * from '${tensor}/index.ts'; export * from '${tensor}/methods.ts';`,
  },
  'an MLP': {
    most: { start: 39.9, software: 62, gpu: 65.4, matrixUnits: 73.3, tensor: 20.8 },
    code: `
      import { AdamW, crossEntropy, defaultDevice, Linear, Module, relu, tensor } from '${tensor}/index.ts';
      await defaultDevice();
      class Mlp extends Module {
        first = new Linear({ inFeatures: 2, outFeatures: 64 });
        last = new Linear({ inFeatures: 64, outFeatures: 2 });
        forward(x) { return this.last.forward(relu(this.first.forward(x))); }
      }
      const model = new Mlp();
      const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
      const x = tensor([[0, 1], [1, 0]]);
      for (let step = 0; step < 100; step++) {
        crossEntropy(model.forward(x), Int32Array.of(0, 1)).backward();
        await optimizer.step();
        optimizer.zeroGrad();
      }
      console.log(await model.forward(x).data());`,
  },
  'a sum': {
    most: { start: 23.4, software: 36.3, gpu: 36.3, matrixUnits: 37.1, tensor: 9.1 },
    code: `
      import { add, openDevice, tensor } from '${tensor}/index.ts';
      await openDevice();
      console.log(await add(tensor([1, 2]), 3).data());`,
  },
};

/** The lesson, and the most that it may weigh at its start: it loads more when it needs it. */
export const lessonPage = {
  most: 60.4,
  code: lessonCode((name) => `${rootInCode}/packages/${name}/src/index.ts`),
};

/** What the build of @attune/kernels does with its shaders. */
function shippedShaders() {
  const folder = join(rootFolder, 'packages/kernels/src');
  const { modules, places } = shaderModules(folder);
  return {
    name: 'shipped shaders',
    buildStart: () => inlineWgsl(folder),
    resolveId(asked, importer) {
      const name = asked.replace(/^(?:\0|\.\/)/, '');
      const isShader = importer?.startsWith('\0');
      if (Object.hasOwn(modules, name) && (isShader || asked !== name))
        return { id: `\0${name}`, moduleSideEffects: false };
      return isShader && asked.startsWith('.') ? join(folder, name.replace(/js$/, 'ts')) : undefined;
    },
    load(id) {
      if (id.startsWith('\0')) return modules[id.slice(1)];
      if (!id.endsWith('.wgsl.ts')) return undefined;
      const { file, name } = places.get(id.slice(folder.length + 1, -'.ts'.length));
      return { code: `export { ${name} as wgsl } from '\0${file}';`, moduleSideEffects: false };
    },
  };
}

/** The chunks of a page, minified, for engines that know the `target`. */
export async function bundle({ code }, { target = 'esnext', sourcemap = false, external = [] } = {}) {
  const entry = '\0page';
  const { output } = await build({
    configFile: false,
    root: rootFolder,
    logLevel: 'error',
    resolve: { conditions: ['attune-source', 'browser', 'module', 'import', 'default'] },
    plugins: [
      shippedShaders(),
      {
        name: 'page',
        resolveId: (id) => (id === entry ? { id, moduleSideEffects: true } : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      target,
      sourcemap,
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: 'exports-only', external },
    },
  });
  return output.filter(({ type }) => type === 'chunk');
}

/** The chunks that a page loads before its first line, and with those that are loaded late. */
export function atStart(chunks, isLate = () => false) {
  const loaded = new Set();
  const follow = (name) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    chunks.find(({ fileName }) => fileName === name).imports.forEach(follow);
  };
  for (const chunk of chunks) if (chunk.isEntry || isLate(chunk)) follow(chunk.fileName);
  return chunks.filter(({ fileName }) => loaded.has(fileName));
}

export const gzipped = (chunks) =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0) / 1000;

/** Modules that openDevice loads, by the kind of adapter; all load a device's parts and texts. */
const lateModules = {
  software: /((deviceParts|softwareVariants)\.ts|Texts\.js)$/,
  gpu: /((deviceParts|gpuVariants)\.ts|Texts\.js)$/,
  matrixUnits: /((deviceParts|gpuVariants|matrixVariants|probeMatrices)\.ts|Texts\.js)$/,
};

/** What a page's chunks weigh at its start, and in all once it has a device of each kind. */
export function weights(chunks) {
  const kinds = Object.entries(lateModules).map(([kind, late]) => [
    kind,
    gzipped(atStart(chunks, ({ isDynamicEntry, facadeModuleId }) => isDynamicEntry && late.test(facadeModuleId))),
  ]);
  return { start: gzipped(atStart(chunks)), ...Object.fromEntries(kinds) };
}

/**
 * What the modules of @attune/tensor alone weigh in a page: the same, without the packages below
 * it.
 */
export async function ownWeight(page) {
  return gzipped(await bundle(page, { external: /^@attune\/(?!tensor)/ }));
}

if (isMain(import.meta.url)) {
  const { parts: showParts } = parseArgs({ options: { parts: { type: 'boolean' } } }).values;
  const start = gzipped(atStart(await bundle(lessonPage)));
  console.log(`the lesson, kB gzip\n  start       ${start.toFixed(1).padStart(6)}; at most ${lessonPage.most}`);
  if (start >= lessonPage.most) process.exitCode = 1;
  for (const [name, page] of Object.entries(pages)) {
    const chunks = await bundle(page);
    console.log(`${name}, kB gzip`);
    for (const [kind, weight] of Object.entries({ ...weights(chunks), tensor: await ownWeight(page) })) {
      console.log(`  ${kind.padEnd(11)} ${weight.toFixed(1).padStart(6)}; at most ${page.most[kind]}`);
      if (weight >= page.most[kind]) process.exitCode = 1;
    }
    if (!showParts) continue;
    const parts = chunks.flatMap(({ modules }) => Object.entries(modules)).map(([id, { code }]) => [id, code ?? '']);
    for (const [id, code] of parts.toSorted((a, b) => b[1].length - a[1].length))
      console.log(`${String(gzipSync(code).length).padStart(8)} ${id.replace(rootFolder, '')}`);
  }
}
