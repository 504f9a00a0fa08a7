// The generators of the site, at pinned versions, in our cache folder: 150 MB that only
// `npm run docs` needs. TypeDoc reads TypeScript's JavaScript interface, which ends with version 5.
import { fetchTools } from '../check-packages/tools.mjs';

const dependencies = {
  typedoc: '0.28.20',
  'typedoc-plugin-markdown': '4.14.1',
  'typedoc-vitepress-theme': '1.1.4',
  typescript: '5.9.3',
  vitepress: '1.6.4',
};

/** The folder that holds them in its node_modules. */
export const siteTools = () => fetchTools('site-tools', dependencies, 'Fetching VitePress and TypeDoc');
