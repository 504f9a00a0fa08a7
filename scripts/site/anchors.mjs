// Links to a place within a page, which VitePress does not check.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * The links of built pages that name a place which is not there.
 * @param {string} site the folder of the pages
 * @param {string} base the address of that folder
 * @returns {string[]} `page: link`
 */
export function deadAnchors(site, base) {
  const pages = readdirSync(site, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.html'));
  const places = new Map();
  const placesOf = (page) => {
    const read = () => (existsSync(join(site, page)) ? idsOf(readFileSync(join(site, page), 'utf8')) : new Set());
    if (!places.has(page)) places.set(page, read());
    return places.get(page);
  };
  return pages.flatMap((page) =>
    linksOf(readFileSync(join(site, page), 'utf8'))
      .filter(([, path, place]) => !placesOf(pageAt(page, path, base)).has(decodeURIComponent(place)))
      .map(([, path, place]) => `${page}: ${path}#${place}`),
  );
}

const idsOf = (html) => new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id));

/** Links with a place, to pages of the site. */
const linksOf = (html) => [...html.matchAll(/ href="([^"#:]*)#([^"]+)"/g)];

function pageAt(page, path, base) {
  if (path === '') return page;
  const there = path.startsWith(base) ? path.slice(base.length) : posix.join(posix.dirname(page), path);
  return there.endsWith('/') || there === '' ? `${there}index.html` : there;
}
