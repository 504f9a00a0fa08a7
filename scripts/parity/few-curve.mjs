import { scores, summary } from './compare.mjs';

const size = { width: 720, height: 400, left: 56, right: 92, top: 24, bottom: 48 };
const series = [
  { score: 'accuracy', name: 'accuracy', colour: '#2f5d9b' },
  { score: 'f1', name: 'F1', colour: '#b3541e' },
];

/**
 * Runs by their number of rows, small first: mean and single values of both
 * scores after the last epoch.
 */
export function byRows(runs) {
  const counts = [...new Set(runs.map((run) => run.rows))].sort((a, b) => a - b);
  return counts.map((rows) => {
    const last = runs.filter((run) => run.rows === rows).map((run) => run.epochs.at(-1));
    const of = (score) => last.map((epoch) => epoch[score]);
    return {
      rows,
      accuracy: { values: of('accuracy'), mean: summary(of('accuracy')).mean },
      f1: { values: of('f1'), mean: summary(of('f1')).mean },
    };
  });
}

/** What always giving the most frequent label scores. */
export function mostFrequent(right) {
  const ones = right.split('1').length - 1;
  return scores((2 * ones >= right.length ? '1' : '0').repeat(right.length), right);
}

/**
 * From which number of rows on the means of both scores stay above those of
 * the most frequent label.
 */
export function beatenFrom(points, baseline) {
  const isAbove = ({ accuracy, f1 }) => accuracy.mean > baseline.accuracy && f1.mean > baseline.f1;
  const from = points.findIndex((_, index) => points.slice(index).every(isAbove));
  return from === -1 ? null : points[from].rows;
}

/** One sentence with the figure. */
export function sentence(points, baseline) {
  const from = beatenFrom(points, baseline);
  const figures = points.map(
    ({ rows, accuracy, f1 }) =>
      `${rows.toLocaleString('en')} rows: ${accuracy.mean.toFixed(3)} / ${f1.mean.toFixed(3)}`,
  );
  const said =
    from === null
      ? 'at none of these sizes are both above the most frequent label'
      : `from ${from.toLocaleString('en')} rows on both are above the most frequent label`;
  return `Accuracy / F1, mean over seeds: ${figures.join(', ')}; ${said} (${baseline.accuracy.toFixed(3)} / ${baseline.f1.toFixed(3)}).`;
}

/**
 * The curve as an SVG: rows on a logarithmic axis, a dot for each seed, a line through the means.
 */
export function fewCurve(points, baseline, title) {
  const { width, height, left, right, top, bottom } = size;
  const all = [baseline, ...points.flatMap(({ accuracy, f1 }) => [...accuracy.values, ...f1.values])].flatMap((value) =>
    typeof value === 'number' ? [value] : [value.accuracy, value.f1],
  );
  const low = Math.floor(Math.min(...all) * 20) / 20;
  const high = Math.ceil(Math.max(...all) * 20) / 20;
  const logs = points.map(({ rows }) => Math.log(rows));
  const x = (rows) => left + ((Math.log(rows) - logs[0]) / (logs.at(-1) - logs[0] || 1)) * (width - left - right);
  const y = (value) => top + ((high - value) / (high - low)) * (height - top - bottom);
  const at = (number) => number.toFixed(1);
  const parts = [`<rect width="${width}" height="${height}" fill="#fff"/>`];
  for (let step = Math.round(low * 20); step <= Math.round(high * 20); step++) {
    const value = step / 20;
    parts.push(
      `<line x1="${left}" x2="${width - right}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="#e3e3e3"/>`,
      `<text x="${left - 8}" y="${at(y(value) + 4)}" text-anchor="end">${value.toFixed(2)}</text>`,
    );
  }
  for (const { rows } of points)
    parts.push(
      `<text x="${at(x(rows))}" y="${height - bottom + 20}" text-anchor="middle">${rows.toLocaleString('en')}</text>`,
    );
  parts.push(`<text x="${at((left + width - right) / 2)}" y="${height - 8}" text-anchor="middle">training rows</text>`);
  for (const { score, name, colour } of series) {
    const line = points.map((point) => `${at(x(point.rows))},${at(y(point[score].mean))}`).join(' ');
    const base = at(y(baseline[score]));
    parts.push(
      `<line x1="${left}" x2="${width - right}" y1="${base}" y2="${base}" stroke="${colour}" stroke-dasharray="5 4"/>`,
      `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.flatMap((point) =>
        point[score].values.map(
          (value) =>
            `<circle cx="${at(x(point.rows))}" cy="${at(y(value))}" r="3.5" fill="${colour}" fill-opacity="0.55"/>`,
        ),
      ),
      `<text x="${width - right + 10}" y="${at(y(points.at(-1)[score].mean) + 4)}" fill="${colour}">${name}</text>`,
    );
  }
  const label = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#444">
<title>${label}</title>
${parts.join('\n')}
</svg>
`;
}
