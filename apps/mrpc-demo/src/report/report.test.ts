import { expect, it } from 'vitest';
import { reportHtml } from './html.ts';

const example = { sentence1: 'a <b> & "c"', sentence2: "it's", label: 'same', predicted: 'same', probability: 0.875 };

it('is one file with curves, tables and escaped text', () => {
  const html = reportHtml({
    title: 'A <run>',
    date: '2026-01-01',
    settings: [['model', 'small']],
    losses: [1, 2, 3].map((step) => ({ step, loss: 1 / step, learningRate: 1e-3 })),
    evaluations: [{ epoch: 1, step: 3, eval_loss: 0.5, eval_accuracy: 0.75, eval_f1: 0.8, eval_runtime: 2 }],
    baselines: [{ name: 'majority', accuracy: 0.5, f1: null }],
    examples: [example, { ...example, predicted: 'different' }],
  });
  expect(html.match(/<svg/g)).toHaveLength(3);
  expect(html).toContain('<title>A &#60;run&#62;</title>');
  expect(html).toContain('a &#60;b&#62; &#38; &#34;c&#34;');
  expect(html).toContain('<td>0.7500</td>');
  expect(html).toContain('<td>0.88</td>');
  expect(html).not.toMatch(/<script|src=|href=|eval_runtime|@import/);
});

it('stands a run that logged nothing', () => {
  expect(
    reportHtml({ title: 't', date: 'd', settings: [], losses: [], evaluations: [], baselines: [], examples: [] }),
  ).toContain('</html>');
});
