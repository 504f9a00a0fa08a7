export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The time, and how many times as long as ours it is. */
export function withRatio(text, own, milliseconds) {
  return milliseconds === own ? text : `${text} (${(milliseconds / own).toFixed(2)}x)`;
}
