// Where a file of the repository is read: on the site, or with its source.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';

const repository = 'https://github.com/attune-ml/attune';
export const sourceAddress = `${repository}/blob/main/`;

const markdownIn = (folder) => readdirSync(join(rootFolder, folder)).filter((name) => name.endsWith('.md'));

/** Two pages are older than the guide that they belong to. */
const isOfGuide = (name) => ['own-loop.md', 'adding-a-kernel.md'].includes(name);

/** Every page that is written by hand: its path in the repository, and on the site. */
export const pages = new Map([
  ['README.md', 'index.md'],
  ['CONTRIBUTING.md', 'project/contributing.md'],
  ['SECURITY.md', 'project/security.md'],
  ['benchmarks/README.md', 'project/benchmarks.md'],
  ['examples/README.md', 'guide/examples.md'],
  ...readdirSync(join(rootFolder, 'packages')).map((name) => [`packages/${name}/README.md`, `packages/${name}.md`]),
  ...markdownIn('docs/guide').map((name) => [`docs/guide/${name}`, `guide/${name}`]),
  ...markdownIn('docs').map((name) => [`docs/${name}`, `${isOfGuide(name) ? 'guide' : 'project'}/${name}`]),
  ...markdownIn('docs/decisions').map((name) => [`docs/decisions/${name}`, `project/decisions/${name}`]),
]);

/** Pictures that pages show, the same way. */
export const pictures = new Map(
  readdirSync(join(rootFolder, 'docs'))
    .filter((name) => name.endsWith('.svg'))
    .map((name) => [`docs/${name}`, `project/${name}`]),
);

/**
 * The address on the site of what a page links to.
 * @param {string} page its path in the repository
 * @param {string} link as it is written there
 * @returns {string} a link that leads nowhere as it is, which the generator refuses
 */
export function addressOnSite(page, link) {
  if (/^[a-z]+:|^#/i.test(link)) return link;
  const [, path, anchor] = /^([^#]*)(.*)$/.exec(link);
  const target = posix.join(posix.dirname(page), path).replace(/\/$/, '');
  const there = pages.get(target) ?? pages.get(`${target}/README.md`) ?? pictures.get(target);
  if (there) return posix.relative(posix.dirname(pages.get(page)), there) + anchor;
  if (!existsSync(join(rootFolder, target))) return link;
  const kind = statSync(join(rootFolder, target)).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${target}${anchor}`;
}

/** A page with its links as they are on the site; blocks of code stay as they are. */
export function withSiteLinks(page, text) {
  return text
    .split(/^(```[^]*?^```$)/m)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(/\]\(([^()\s]+)\)/g, (_, link) => `](${addressOnSite(page, link)})`),
    )
    .join('');
}
