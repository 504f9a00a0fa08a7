// Builds the documentation as a site of static pages: the guide and the pages of the repository by
// VitePress, the reference by TypeDoc. Fails on a public name, or a member of one, without a
// comment and on a dead link.
// Usage: npm run docs [-- --base /attune/]
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadTool } from './check-packages/tools.mjs';
import { installPackages } from './setup/packages.mjs';
import { rootFolder } from './setup/root-folder.mjs';
import { step } from './setup/step.mjs';
import { deadAnchors } from './site/anchors.mjs';
import { pages, pictures, withSiteLinks } from './site/addresses.mjs';
import { writeReference } from './site/reference.mjs';
import { sidebar } from './site/sidebar.mjs';
import { siteTools } from './site/tools.mjs';

// base: the path that the site is served under.
const { base } = parseArgs({ options: { base: { type: 'string', default: '/' } } }).values;

// The reference reads the types of what packages import.
await installPackages();
const tools = await siteTools();
// Pages find the generator's modules from where they are.
const stage = mkdtempSync(join(tools, 'pages-'));
process.on('exit', () => rmSync(stage, { recursive: true, force: true }));

for (const [page, path] of pages) {
  mkdirSync(dirname(join(stage, path)), { recursive: true });
  writeFileSync(join(stage, path), withSiteLinks(page, readFileSync(join(rootFolder, page), 'utf8')));
}
for (const [picture, path] of pictures) copyFileSync(join(rootFolder, picture), join(stage, path));
const reference = await step('Reading the comments of public names', () => writeReference(tools, stage));
if (reference.undocumented.length > 0) {
  console.error(`Public names and members without a comment:\n${reference.undocumented.join('\n')}`);
  process.exit(1);
}

// Else every first visit asks the server for a file that is not there.
const icon =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='7' fill='#3451b2'/>" +
  "<path d='M8 26 16 7l8 19M11 19h10' stroke='#fff' stroke-width='3' fill='none'/></svg>";
const config = {
  title: 'Attune',
  description: 'Fine-tune BERT in TypeScript, on any GPU that speaks WebGPU',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  base,
  outDir: join(rootFolder, 'site'),
  cacheDir: join(stage, '.cache'),
  // Once for all pages, not in each.
  metaChunk: true,
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/first-run', activeMatch: '/guide/' },
      { text: 'Reference', link: '/reference/', activeMatch: '/reference/' },
    ],
    sidebar: sidebar(reference.sidebar),
    socialLinks: [{ icon: 'github', link: 'https://github.com/attune-ml/attune' }],
  },
};
mkdirSync(join(stage, '.vitepress'));
writeFileSync(join(stage, '.vitepress/config.mjs'), `export default ${JSON.stringify(config)};\n`);
const { build } = await loadTool(tools, 'vitepress');
await build(stage);
const dead = deadAnchors(config.outDir, base);
if (dead.length > 0) {
  console.error(`Links to places that no page has:\n${dead.join('\n')}`);
  process.exit(1);
}
