// The tables of the report, as Markdown.
import { statSync } from 'node:fs';

const mark = (problem) => (problem === '' ? 'yes' : 'NO');

export function packageTable(packages) {
  const runtimes = Object.keys(packages[0].runs);
  const bundlers = Object.keys(packages[0].bundled);
  return table(
    ['package', 'tarball, kB', 'files', ...runtimes, ...bundlers],
    packages.map(({ name, tarball, files, runs, bundled }) => [
      `\`${name}\``,
      (statSync(tarball).size / 1000).toFixed(0),
      files.length,
      ...runtimes.map((runtime) => mark(runs[runtime])),
      ...bundlers.map((bundler) => mark(bundled[bundler])),
    ]),
  );
}

/** Whether nothing was tried, as this machine lacks what it takes. */
export const isSkipped = (outcome) => outcome.startsWith('skipped: ');

/** @param {Record<string, string>} loaded by loader: empty where all loaded, else what was said */
export function loadedTable(loaded) {
  const rows = Object.entries(loaded).map(([how, outcome]) => [how, isSkipped(outcome) ? outcome : mark(outcome)]);
  return rows.length === 0 ? '' : table(['all packages together', 'work'], rows);
}

export function typeTable(types) {
  if (types.length === 0) return '';
  const settings = [...new Set(types.map(({ setting }) => setting))];
  const versions = [...new Set(types.map(({ typescript }) => typescript))];
  const errors = (typescript, setting) =>
    types.find((result) => result.typescript === typescript && result.setting === setting).errors.length;
  return table(
    ['errors of types', ...settings],
    versions.map((typescript) => [
      `TypeScript ${typescript}`,
      ...settings.map((setting) => errors(typescript, setting)),
    ]),
  );
}

export function weightTable(weighed, weights) {
  const rows = Object.entries(weighed).map(([what, sizes]) => [
    what,
    ...Object.entries(sizes).flatMap(([bundler, size]) => [size.toFixed(1), weights[what].limits[bundler]]),
  ]);
  if (rows.length === 0) return '';
  return (
    table(['what a page loads, kB gzip', 'esbuild', 'at most', 'vite', 'at most'], rows) +
    '\n\nVite adds 0.9 kB of its own to every page that loads anything late; these figures have it.'
  );
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
