import stringWidth from 'string-width';
import type { Detail, ProgressText } from './platform.ts';

const longestBar = 24;
/** A shorter bar shows nothing. */
const shortestBar = 5;

/**
 * `Training ████░░░░ 1032/3000 steps | 1:54 left | loss 0.6921` fitted to a number of columns:
 * first the bar shrinks, then short forms are used, then details are dropped from the end, then the
 * label is cut.
 */
export function fitLine({ label, part, count, details }: ProgressText, columns: number): string {
  const width = (texts: readonly string[]) => stringWidth(`${label} ${texts.join(' | ')}`);
  const short = textsOf(details, 1);
  const ways = [[count, ...textsOf(details, 0)]];
  if (details.some((detail) => typeof detail !== 'string'))
    ways.push([count, ...short], [count.replace(/ .*/, ''), ...short]);
  const words = ways.find((texts) => width(texts) <= columns) ?? ways.at(-1) ?? [];
  while (words.length > 1 && width(words) > columns) words.pop();
  const text = words.join(' | ');
  const room = columns - stringWidth(`${label} ${text}`) - 1;
  if (room < shortestBar) return cut(`${label} ${text}`, columns);
  const bar = Math.min(longestBar, room);
  const full = Math.round(bar * Math.min(1, Math.max(0, part)));
  return `${label} ${'█'.repeat(full)}${'░'.repeat(bar - full)} ${text}`;
}

export const textsOf = (details: readonly Detail[], length: 0 | 1): string[] =>
  details.map((detail) => (typeof detail === 'string' ? detail : detail[length]));

function cut(text: string, columns: number): string {
  let shown = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(shown + segment) > columns) break;
    shown += segment;
  }
  return shown;
}
