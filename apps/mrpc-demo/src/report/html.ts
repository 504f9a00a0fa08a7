import { learningRateCurve, lossCurve, metricsCurve } from './curves.ts';
import type { Evaluation, ReportData, ReportExample } from './reportData.ts';

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${head.length > 0 ? line(head, 'th') : ''}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

function evaluationTable(evaluations: readonly Evaluation[], baselines: ReportData['baselines']): string {
  const metrics = Object.keys(evaluations[0] ?? {}).filter(
    (name) => name.startsWith('eval_') && !/_(runtime|samples_per_second|steps_per_second)$/.test(name),
  );
  const number = (value: unknown) => (typeof value === 'number' ? value.toFixed(4) : '');
  const ofBaseline = (baseline: ReportData['baselines'][number], metric: string) =>
    metric === 'eval_accuracy' ? number(baseline.accuracy) : metric === 'eval_f1' ? number(baseline.f1) : '';
  return table(
    ['Epoch', 'Step', ...metrics.map((name) => name.slice(5))],
    [
      ...evaluations.map((entry) => [
        (entry['epoch'] ?? 0).toFixed(2),
        String(entry['step'] ?? ''),
        ...metrics.map((name) => number(entry[name])),
      ]),
      ...baselines.map((baseline) => [baseline.name, '', ...metrics.map((name) => ofBaseline(baseline, name))]),
    ],
  );
}

function exampleTable(examples: readonly ReportExample[]): string {
  return table(
    ['First sentence', 'Second sentence', 'Label', 'Predicted', 'Probability'],
    examples.map(({ sentence1, sentence2, label, predicted, probability }) => [
      sentence1,
      sentence2,
      label,
      predicted,
      probability.toFixed(2),
    ]),
  );
}

/** The report as one HTML file: everything is inside, nothing is loaded from elsewhere. */
export function reportHtml(data: ReportData): string {
  const [right, wrong] = [true, false].map((isRight) =>
    data.examples.filter(({ label, predicted }) => (label === predicted) === isRight),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(data.title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid #e5e5e5; vertical-align: top; }
svg { max-width: 100%; height: auto; } p.note { color: #666; }
</style>
</head>
<body>
<h1>${escape(data.title)}</h1>
<p class="note">${escape(data.date)}</p>
<h2>Metrics on the validation set</h2>
${metricsCurve(data)}
${evaluationTable(data.evaluations, data.baselines)}
<h2>Loss</h2>
${lossCurve(data)}
<h2>Learning rate</h2>
${learningRateCurve(data)}
<h2>Settings</h2>
${table([], data.settings)}
<h2>Told right</h2>
${exampleTable(right?.slice(0, 8) ?? [])}
<h2>Told wrong</h2>
${exampleTable(wrong?.slice(0, 8) ?? [])}
</body>
</html>
`;
}
