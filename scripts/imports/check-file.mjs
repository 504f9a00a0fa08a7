import { builtinModules } from 'node:module';
import { allowedPackages, browserGlobals, isGpuName, loadedOnlyBy, nodeGlobals, webGpuTypesFile } from './rules.mjs';
import { resolveRelative } from './resolve-relative.mjs';

/** The broken rules of one file, each as `path:line: words`. */
export function checkFile(owner, file) {
  const kind = owner.kinds.get(file.path);
  const at = (line, words) => `${file.path}:${line}: ${words}`;
  return [
    ...file.errors.map((message) => `${file.path}: does not parse: ${message}`),
    ...file.imports.flatMap((one) => checkImport(owner, file, kind, one).map((words) => at(one.line, words))),
    ...file.names.flatMap(({ name, line }) => checkName(owner, file, kind, name).map((words) => at(line, words))),
  ];
}

const mayUseNode = (kind) => kind === 'test' || kind === 'node' || kind === 'app';

function checkImport(owner, file, kind, { specifier, dynamic, typeOnly }) {
  if (specifier === null)
    return kind === 'shared' ? ['an import whose name is computed cannot be checked: write it out'] : [];
  if (specifier.startsWith('.')) return checkRelative(owner, file, kind, specifier);
  if (specifier.startsWith('#'))
    return owner.manifest.imports?.[specifier]
      ? []
      : [`${specifier} is not among the "imports" of ${owner.path}/package.json`];
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    return mayUseNode(kind)
      ? []
      : [`${specifier} exists only in Node: use it in src/platform/node.ts and import that as #platform`];
  }
  return checkPackage(owner, file, kind, { specifier, dynamic, typeOnly });
}

function checkRelative(owner, file, kind, specifier) {
  const target = resolveRelative(file.path, specifier);
  const problems = [];
  if (!target.startsWith(`${owner.path}/`))
    problems.push(`${specifier} leaves the package: import another package by its name`);
  if (!/\.(ts|json)$/.test(specifier)) problems.push(`${specifier}: a relative import ends in .ts`);
  const targetKind = owner.kinds.get(target);
  if ((targetKind === 'node' || targetKind === 'browser') && kind !== targetKind && kind !== 'test')
    problems.push(`${specifier} is one side of the platform: import #platform`);
  if (targetKind === 'test' && kind !== 'test') problems.push(`${specifier} is a helper of tests`);
  return problems;
}

function checkPackage(owner, file, kind, { specifier, dynamic, typeOnly }) {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (name === owner.manifest.name) return [`${specifier} is this package itself: use a relative import`];
  const onlyLoader = loadedOnlyBy[name];
  if (onlyLoader && file.path !== onlyLoader) return [`only ${onlyLoader} may import ${name}`];
  if (onlyLoader && !dynamic && !typeOnly)
    return [`${name} must be loaded with a dynamic import, so that nobody pays for it unasked`];
  if (name.startsWith('@attune/') && !owner.isApp && !allowedPackages[owner.name]?.includes(name))
    return [`${owner.manifest.name} must not import ${name}`];
  const { dependencies = {}, devDependencies = {} } = owner.manifest;
  if (
    Object.hasOwn(dependencies, name) ||
    (kind === 'test' && (name === 'vitest' || Object.hasOwn(devDependencies, name)))
  )
    return [];
  return [`${name} is not among the dependencies of ${owner.path}/package.json`];
}

function checkName(owner, file, kind, name) {
  if (nodeGlobals.has(name) && !mayUseNode(kind))
    return [`${name} exists only in Node: use it in src/platform/node.ts`];
  if (browserGlobals.has(name) && kind === 'shared')
    return [`${name} exists only in a browser: use it in src/platform/browser.ts`];
  if (isGpuName(name) && owner.name !== 'kernels') return [`${name}: only packages/kernels names WebGPU's types`];
  if (kind === 'shared' && file.path !== webGpuTypesFile && webGpuTypes(owner).includes(name))
    return [`${name}: import the type from ${webGpuTypesFile}: not every reader's program knows the global`];
  return [];
}

const webGpuTypes = ({ files }) => files.find(({ path }) => path === webGpuTypesFile)?.types ?? [];
