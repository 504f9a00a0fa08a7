import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './root-folder.mjs';

/** Writes a page of Markdown as `npm run fix` leaves it: nothing but its content changes. */
export async function writePage(path, text) {
  // Not installed yet where a clone is set up.
  const { format } = await import('oxfmt');
  const { printWidth } = JSON.parse(readFileSync(join(rootFolder, '.oxfmtrc.json'), 'utf8'));
  const { code, errors } = await format(path, text, { printWidth });
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${errors[0].message}`);
  writeFileSync(path, code);
}
