// The reference: every public name of every package, from its comments, as pages of Markdown.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTool } from '../check-packages/tools.mjs';
import { inlineWgsl } from '../build/inline-wgsl.mjs';
import { rootFolder } from '../setup/root-folder.mjs';
import { sourceAddress } from './addresses.mjs';

// `internal` promises nothing to users; `methods` exports no name, it makes methods of functions.
const hidden = new Set(['./package.json', './internal', './internal/host', './methods']);

/** TypeDoc writes paths so on Windows too. */
const withSlashes = (path) => path.replaceAll('\\', '/');

/** What users import: each name, as `@attune/bert/tokenizer`, and the source behind it. */
function entryPoints() {
  return readdirSync(join(rootFolder, 'packages')).flatMap((folder) => {
    const at = join(rootFolder, 'packages', folder);
    const { name, exports } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    return Object.entries(exports)
      .filter(([path]) => !hidden.has(path))
      .map(([path, target]) => ({
        name: name + path.slice(1),
        source: withSlashes(join(at, target['attune-source'])),
      }));
  });
}

/**
 * Writes the pages of the reference, and their sidebar, into `reference` of a folder of pages.
 * @param {string} tools the generators' folder
 * @param {string} stage the folder of pages
 * @returns {Promise<{ sidebar: object[], undocumented: string[] }>} undocumented: public names, and
 *   members of them, that have no comment, with their places
 */
export async function writeReference(tools, stage) {
  inlineWgsl();
  const entries = entryPoints();
  const plugin = (name) => join(tools, 'node_modules', name, 'dist/index.js');
  const { Application } = await loadTool(tools, 'typedoc');
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ source }) => source),
    tsconfig: writeTsconfig(stage, entries),
    plugin: [plugin('typedoc-plugin-markdown'), plugin('typedoc-vitepress-theme')],
    out: join(stage, 'reference'),
    docsRoot: stage,
    basePath: rootFolder,
    readme: 'none',
    name: 'Reference',
    githubPages: false,
    parametersFormat: 'table',
    // The two generators disagree on the places of names that end in _.
    useHTMLAnchors: true,
    disableGit: true,
    sourceLinkTemplate: `${sourceAddress}{path}#L{line}`,
    // Errors of types are found by `npm run typecheck`, with the compiler that this code is for.
    skipErrorChecking: true,
    excludePrivate: true,
    excludeInternal: true,
    // Shapes at the start of a comment look to TypeDoc like links, of which it would warn.
    logLevel: 'Error',
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the packages.');
  for (const module of project.children) module.name = nameOf(module, entries);
  for (const reflection of Object.values(project.reflections)) if (reflection.comment) plainShapes(reflection.comment);
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('TypeDoc could not write the reference.');
  return {
    sidebar: JSON.parse(readFileSync(join(stage, 'reference/typedoc-sidebar.json'), 'utf8')),
    undocumented: project.children.flatMap((module) => undocumentedIn(module, module.name)),
  };
}

/** TypeDoc calls modules by their folders: `packages/bert/src/tokenizer`. */
function nameOf({ sources }, entries) {
  return entries.find(({ source }) => source === sources[0].fullFileName).name;
}

/** A line such as `[rows, columns]: the input` would be taken for the address of a link. */
function plainShapes({ summary, blockTags }) {
  for (const parts of [summary, ...blockTags.map(({ content }) => content)])
    for (const part of parts) {
      if (part.kind === 'relative-link' && !part.target) part.kind = 'text';
      if (part.kind === 'text') part.text = part.text.replace(/^\[(?=[^\]]*\]:)/gm, '\\[');
    }
}

function undocumentedIn(parent, path) {
  return membersOf(parent).flatMap((child) => {
    const name = `${path}: ${child.name}`;
    const [source] = child.sources ?? [];
    const found = isDocumented(child) ? [] : [`${name} (${source?.fileName}:${source?.line})`];
    return [...found, ...undocumentedIn(child, name)];
  });
}

/**
 * Names within a name: of modules, namespaces, classes, interfaces and types of objects. An object
 * that is written out as the type of a member is described there.
 */
const membersOf = ({ children = [], type, kind }) =>
  [...children, ...((kind === typeAliasKind && type?.declaration?.children) || [])].filter(isOwn);

/** `ReflectionKind.TypeAlias` of TypeDoc. */
const typeAliasKind = 2097152;

/**
 * What is inherited, or exported twice, is described where it is declared; a
 * constructor may be plain.
 */
const isOwn = (reflection) =>
  !reflection.isReference() &&
  !reflection.inheritedFrom &&
  !plainNames.has(reflection.name) &&
  !reflection.flags.isExternal;

/** Their meaning is the language's: `new`, `Symbol.dispose`, the name of an error's class. */
const plainNames = new Set(['constructor', '[dispose]', '[iterator]', '[asyncIterator]', 'name']);

const isDocumented = (reflection) =>
  [
    reflection,
    reflection.getSignature,
    reflection.setSignature,
    ...(reflection.signatures ?? []),
    ...(reflection.type?.declaration?.signatures ?? []),
  ].some((one) => one?.hasComment());

/** The packages' sources, as the workspace compiles them. */
function writeTsconfig(stage, entries) {
  const path = join(stage, 'tsconfig.json');
  const compilerOptions = {
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['@types/node', '@webgpu/types'].map((name) => join(rootFolder, 'node_modules', name)),
  };
  const files = entries.map(({ source }) => source);
  writeFileSync(path, JSON.stringify({ extends: join(rootFolder, 'tsconfig.base.json'), compilerOptions, files }));
  return path;
}
