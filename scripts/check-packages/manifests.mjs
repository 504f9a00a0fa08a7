// What a tarball must hold, and must not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTool } from './tools.mjs';

const required = [
  'name',
  'version',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'license',
  'author',
  'repository',
  'sideEffects',
  'publishConfig',
  'engines',
];

/** What a program can import of a package. */
export const entriesOf = ({ name, manifest }) =>
  Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));

/** What is wrong with a packed package, as sentences. */
export async function manifestProblems({ manifest, files, unpacked }, tools) {
  const { publint } = await loadTool(tools, 'publint');
  const { formatMessage } = await loadTool(tools, 'publint/utils');
  const { messages } = await publint({ pkgDir: unpacked, pack: false });
  const problems = messages.map((message) => formatMessage(message, manifest));
  problems.push(...required.filter((field) => !(field in manifest)).map((field) => `package.json has no ${field}`));
  if (manifest.publishConfig?.access !== 'public') problems.push('publishConfig.access is not public');
  for (const field of ['scripts', 'devDependencies'])
    if (field in manifest) problems.push(`package.json has ${field}, which only the workspace needs`);
  const ranges = Object.entries(manifest.dependencies ?? {}).filter(([, range]) =>
    /^(workspace|file|link):/.test(range),
  );
  problems.push(...ranges.map(([name, range]) => `depends on ${name} by ${range}`));
  for (const path of paths(manifest.exports).concat(paths(manifest.imports), Object.values(manifest.bin ?? {})))
    if (!existsSync(join(unpacked, path))) problems.push(`package.json names ${path}, which is not in the tarball`);
  for (const name of ['README.md', 'LICENSE']) if (!files.includes(name)) problems.push(`there is no ${name}`);
  // A first release has no change log; every later one has.
  if (manifest.version !== '0.0.0' && !files.includes('CHANGELOG.md')) problems.push('there is no CHANGELOG.md');
  const stray = files.filter((file) => /\.(test|bench)\.|\/testing\/|\.map$|\.tsbuildinfo$|golden/.test(file));
  problems.push(...stray.map((file) => `holds ${file}`));
  const maps = files.filter(
    (file) => file.endsWith('.js') && readFileSync(join(unpacked, file), 'utf8').includes('//# sourceMappingURL'),
  );
  problems.push(...maps.map((file) => `${file} names a source map`));
  const shaders = files.filter(
    (file) => file.endsWith('.wgsl.d.ts') && /fn main|@compute/.test(readFileSync(join(unpacked, file), 'utf8')),
  );
  problems.push(...shaders.map((file) => `${file} holds the shader a second time`));
  return problems;
}

/** Every path that a tree of conditions ends in. */
function paths(conditions) {
  if (typeof conditions === 'string') return [conditions];
  return Object.values(conditions ?? {}).flatMap(paths);
}
