// What stands on the left of a page: the guide in its order, packages, reference and project; in
// the reference the names of one package, since all 900 would make every page half a megabyte.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';
import { pages } from './addresses.mjs';

const guide = [
  'guide/first-run',
  'guide/own-data',
  'guide/reading-the-curves',
  'guide/own-metric',
  'own-loop',
  'guide/fp16',
  'guide/saving-and-using-the-model',
  'guide/own-kernel',
].map((name) => `docs/${name}.md`);

/**
 * @param {{ text: string, link: string, items: object[] }[]} reference the sidebar that TypeDoc
 *   wrote: an entry for each module
 * @returns {Record<string, object[]>} by the beginnings of addresses
 */
export function sidebar(reference) {
  const written = [...pages.keys()];
  const decisions = written.filter((page) => page.startsWith('docs/decisions/'));
  const packages = written.filter((page) => page.startsWith('packages/'));
  const project = written.filter((page) => pages.get(page).startsWith('project/') && !decisions.includes(page));
  const more = written.filter((page) => pages.get(page).startsWith('guide/') && !guide.includes(page));
  const items = (names) => names.map((page) => ({ text: titleOf(page), link: linkTo(page) }));
  const modules = reference.map(({ text, link }) => ({ text, link }));
  const everywhere = [
    { text: 'Guide', items: items([...guide, ...more]) },
    { text: 'Packages', items: items(packages) },
    { text: 'Reference', items: modules },
    { text: 'Project', collapsed: true, items: items(project) },
    { text: 'Decisions', collapsed: true, items: items(decisions) },
  ];
  const inside = ({ text, link, items: names }) => [
    link,
    [
      { text, link, items: names },
      { text: 'Reference', collapsed: true, items: modules },
    ],
  ];
  return { '/': everywhere, ...Object.fromEntries(reference.map(inside)) };
}

const linkTo = (page) => `/${pages.get(page).replace(/\.md$/, '')}`;

function titleOf(page) {
  const title = /^# (.*)$/m.exec(readFileSync(join(rootFolder, page), 'utf8'));
  if (!title) throw new Error(`${page} has no title: a line that begins with "# "`);
  return title[1].replaceAll('`', '');
}
