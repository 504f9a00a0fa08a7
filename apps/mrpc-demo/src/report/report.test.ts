import { expect, it } from 'vitest';
import { shortNumber } from './curves.ts';
import { reportHtml } from './html.ts';

const example = { sentence1: 'a <b> & "c"', sentence2: "it's", label: 'same', predicted: 'same', probability: 0.875 };

it('is one file with curves, tables and escaped text', () => {
  const html = reportHtml({
    title: 'A <run>',
    date: '2026-01-01',
    headline: 'Better & <good>.',
    settings: [['model', 'small']],
    losses: [1, 2, 3].map((step) => ({ step, loss: 1 / step, learningRate: 1e-3, gradNorm: 2 })),
    evaluations: [{ epoch: 1, step: 3, eval_loss: 0.5, eval_accuracy: 0.75, eval_f1: 0.8, eval_runtime: 2 }],
    baselines: [{ name: 'majority', metrics: { accuracy: 0.5 } }],
    examples: [example, { ...example, predicted: 'different' }],
  });
  expect(html.match(/<svg/g)).toHaveLength(4);
  expect(html).toContain('<title>A &#60;run&#62;</title>');
  expect(html).toContain('a &#60;b&#62; &#38; &#34;c&#34;');
  expect(html).toContain('<td>0.7500</td>');
  expect(html).toContain('Better &#38; &#60;good&#62;.');
  expect(html).toContain('<td>lowest loss</td>');
  expect(html).toContain('<tr><td>same</td><td>1</td><td>1</td></tr>');
  expect(html).toContain('<td>0.88</td>');
  expect(html).not.toMatch(/<script|src=|href=|eval_runtime|@import/);
});

it('can show a run that logged nothing', () => {
  expect(
    reportHtml({
      title: 't',
      date: 'd',
      headline: 'h',
      settings: [],
      losses: [],
      evaluations: [],
      baselines: [],
      examples: [],
    }),
  ).toContain('</html>');
});

it('gives every tick of an axis its own text', () => {
  expect([0, 5e-6, 1.5e-5, 0.0005, 0.001, 0.0015, 0.002].map(shortNumber)).toEqual([
    '0',
    '0.000005',
    '0.000015',
    '0.0005',
    '0.001',
    '0.0015',
    '0.002',
  ]);
});
