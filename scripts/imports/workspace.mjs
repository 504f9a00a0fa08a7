import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { kindsOf } from './kinds.mjs';
import { parseModule } from './parse-module.mjs';
import { allowedPackages } from './rules.mjs';

/**
 * Every package and app of the workspace with its manifest and its parsed source files; paths are
 * relative to the workspace, with `/`.
 */
export function readWorkspace(workspace) {
  return ['packages', 'apps']
    .flatMap((parent) => {
      const folder = join(workspace, parent);
      return existsSync(folder)
        ? readdirSync(folder)
            .sort()
            .map((name) => readPackage(workspace, parent, name))
        : [];
    })
    .filter(Boolean);
}

function readPackage(workspace, parent, name) {
  const folder = join(workspace, parent, name);
  const manifestPath = join(folder, 'package.json');
  if (!existsSync(manifestPath)) return null;
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const isApp = parent === 'apps';
  const path = `${parent}/${name}`;
  const paths = sourcePaths(join(folder, 'src')).map((file) => relative(workspace, file).split(sep).join('/'));
  const files = paths
    .filter((file) => file.endsWith('.ts'))
    .map((file) => parseModule(file, readFileSync(join(workspace, file), 'utf8')));
  const kinds = kindsOf({ path, isApp, files });
  return {
    name,
    path,
    isApp,
    manifest,
    files,
    kinds,
    problems: [...manifestProblems({ name, path, isApp, manifest }), ...shaderProblems(name, paths)],
  };
}

function sourcePaths(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcePaths(path);
    return /(?<!\.wgsl)\.ts$|\.wgsl$/.test(entry.name) ? [path] : [];
  });
}

function manifestProblems({ name, path, isApp, manifest }) {
  if (isApp) return [];
  const allowed = allowedPackages[name];
  if (!allowed) return [`${path}: the map (scripts/imports/rules.mjs) does not name this package`];
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((dependency) => dependency.startsWith('@attune/') && !allowed.includes(dependency))
    .map((dependency) => `${path}/package.json: ${manifest.name} must not depend on ${dependency}`);
}

const shaderProblems = (name, paths) =>
  name === 'kernels'
    ? []
    : paths.filter((path) => path.endsWith('.wgsl')).map((path) => `${path}: WGSL belongs into packages/kernels`);
