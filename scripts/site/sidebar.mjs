// What stands on the left of every page: the guide in its order, packages, reference, project.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../setup/root-folder.mjs';
import { pages } from './addresses.mjs';

const guide = [
  'first-run',
  'own-data',
  'reading-the-curves',
  'own-metric',
  'own-loop',
  'fp16',
  'saving-and-using-the-model',
  'own-kernel',
].map((name) => `docs/guide/${name}.md`);

/** @param {object[]} reference the sidebar that TypeDoc wrote */
export function sidebar(reference) {
  const written = [...pages.keys()];
  const decisions = written.filter((page) => page.startsWith('docs/decisions/'));
  const packages = written.filter((page) => page.startsWith('packages/'));
  const project = written.filter((page) => pages.get(page).startsWith('project/') && !decisions.includes(page));
  const more = written.filter((page) => pages.get(page).startsWith('guide/') && !guide.includes(page));
  const items = (names) => names.map((page) => ({ text: titleOf(page), link: linkTo(page) }));
  return [
    { text: 'Guide', items: items([...guide, ...more]) },
    { text: 'Packages', items: items(packages) },
    { text: 'Reference', collapsed: true, items: reference },
    { text: 'Project', collapsed: true, items: items(project) },
    { text: 'Decisions', collapsed: true, items: items(decisions) },
  ];
}

const linkTo = (page) => `/${pages.get(page).replace(/\.md$/, '')}`;

function titleOf(page) {
  const title = /^# (.*)$/m.exec(readFileSync(join(rootFolder, page), 'utf8'));
  if (!title) throw new Error(`${page} has no title: a line that begins with "# "`);
  return title[1].replaceAll('`', '');
}
