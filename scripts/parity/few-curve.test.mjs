import { expect, it } from 'vitest';
import { beatenFrom, byRows, fewCurve, mostFrequent, sentence } from './few-curve.mjs';

const run = (rows, seed, accuracy, f1) => ({
  rows,
  seed,
  epochs: [
    { accuracy: 0, f1: 0 },
    { accuracy, f1 },
  ],
});
const points = byRows([run(200, 1, 0.7, 0.83), run(50, 1, 0.6, 0.9), run(200, 2, 0.8, 0.85), run(50, 2, 0.7, 0.7)]);
const baseline = mostFrequent('1101');

it('sums runs up by their rows', () => {
  expect(points.map(({ rows }) => rows)).toEqual([50, 200]);
  expect(points[1].accuracy).toEqual({ values: [0.7, 0.8], mean: 0.75 });
  expect(baseline.accuracy).toBe(0.75);
  expect(baseline.f1).toBeCloseTo(6 / 7, 12);
});

it('says from which size on the most frequent label is beaten, and stays so', () => {
  const low = { accuracy: 0.7, f1: 0.8 };
  expect(beatenFrom(points, low)).toBe(200);
  expect(beatenFrom(points, baseline)).toBeNull();
  expect(beatenFrom(points, { accuracy: 0.5, f1: 0.5 })).toBe(50);
  expect(sentence(points, low)).toMatch(/50 rows: 0\.650 \/ 0\.800, 200 rows: .*from 200 rows on both are above/);
  expect(sentence(points, baseline)).toMatch(/at none of these sizes/);
});

it('draws a dot for each seed, a line through the means, and the baseline', () => {
  const svg = fewCurve(points, baseline, 'a & b');
  expect(svg.match(/<circle/g)).toHaveLength(8);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
  expect(svg).toContain('<title>a &amp; b</title>');
  expect(svg).not.toContain('NaN');
});
