import { gradientNormCurve, learningRateCurve, lossCurve, metricsCurve } from './curves.ts';
import type { Evaluation, ReportData, ReportExample } from './reportData.ts';

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table>${head.length > 0 ? line(head, 'th') : ''}${rows.map((row) => line(row, 'td')).join('')}</table></div>`;
}

function evaluationTable(evaluations: readonly Evaluation[], baselines: ReportData['baselines']): string {
  const metrics = Object.keys(evaluations[0] ?? {}).filter(
    (name) => name.startsWith('eval_') && !/_(runtime|samples_per_second|steps_per_second)$/.test(name),
  );
  const number = (value: unknown) => (typeof value === 'number' ? value.toFixed(4) : '');
  const lowest = Math.min(...evaluations.map((entry) => entry['eval_loss'] ?? Infinity));
  return table(
    ['Epoch', 'Step', ...metrics.map((name) => name.slice(5)), ''],
    [
      ...evaluations.map((entry) => [
        (entry['epoch'] ?? 0).toFixed(2),
        String(entry['step'] ?? ''),
        ...metrics.map((name) => number(entry[name])),
        entry['eval_loss'] === lowest ? 'lowest loss' : '',
      ]),
      ...baselines.map((baseline) => [
        baseline.name,
        '',
        ...metrics.map((name) => number(baseline.metrics[name.slice(5)])),
        '',
      ]),
    ],
  );
}

function exampleTable(examples: readonly ReportExample[]): string {
  const pairs = examples.some(({ sentence2 }) => sentence2 !== '');
  return table(
    [...(pairs ? ['First text', 'Second text'] : ['Text']), 'Label', 'Predicted', 'Probability'],
    examples.map(({ sentence1, sentence2, label, predicted, probability }) => [
      sentence1,
      ...(pairs ? [sentence2] : []),
      label,
      predicted,
      probability.toFixed(2),
    ]),
  );
}

const mostClasses = 20;

/** The confusion matrix: a row for each true label, a column for each predicted one. */
function confusionTable(examples: readonly ReportExample[]): string {
  const names = [...new Set(examples.flatMap(({ label, predicted }) => [label, predicted]))].sort();
  if (names.length === 0 || names.length > mostClasses) return '';
  const count = (label: string, predicted: string) =>
    String(examples.filter((example) => example.label === label && example.predicted === predicted).length);
  return `<h2>Predictions by label</h2>
${table(
  ['Label', ...names.map((name) => `predicted ${name}`)],
  names.map((label) => [label, ...names.map((predicted) => count(label, predicted))]),
)}`;
}

const chart = (svg: string) => `<div class="wide">${svg}</div>`;

/** The report as one HTML file: everything is inside, nothing is loaded from elsewhere. */
export function reportHtml(data: ReportData): string {
  const [right, wrong] = [true, false].map((isRight) =>
    data.examples
      .filter(({ label, predicted }) => (label === predicted) === isRight)
      .sort((a, b) => b.probability - a.probability),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(data.title)}</title>
<style>
:root { color-scheme: light dark; --ink: #222; --muted: #666; --line: #e5e5e5; --paper: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e4e7; --muted: #a1a1aa; --line: #3f3f46; --paper: #18181b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p.headline { font-size: 1.15rem; } p.note { color: var(--muted); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 3.5em; }
svg { max-width: 100%; min-width: 640px; height: auto; }
svg text { fill: var(--ink) !important; } svg path[stroke="#e5e5e5"] { stroke: var(--line); }
</style>
</head>
<body>
<h1>${escape(data.title)}</h1>
<p class="headline">${escape(data.headline)}</p>
<p class="note">${escape(data.date)}</p>
<h2>Metrics on the validation set</h2>
${chart(metricsCurve(data))}
${evaluationTable(data.evaluations, data.baselines)}
<h2>Loss</h2>
${chart(lossCurve(data))}
<h2>Learning rate</h2>
${chart(learningRateCurve(data))}
<h2>Gradient norm</h2>
${chart(gradientNormCurve(data))}
<h2>Settings</h2>
${table([], data.settings)}
${confusionTable(data.examples)}
<h2>Told right</h2>
${exampleTable(right?.slice(0, 8) ?? [])}
<h2>Told wrong, the surest first</h2>
${exampleTable(wrong?.slice(0, 8) ?? [])}
</body>
</html>
`;
}
