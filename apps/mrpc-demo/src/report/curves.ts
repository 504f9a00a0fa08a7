import * as echarts from 'echarts';
import type { ReportData } from './reportData.ts';

const size = { width: 860, height: 320 };
const ink = '#444';

/** Mean of each point and those before it, so that a trend shows. */
function smoothed(values: readonly number[], window: number): number[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value - (index >= window ? (values[index - window] as number) : 0);
    return sum / Math.min(index + 1, window);
  });
}

function draw(option: echarts.EChartsCoreOption): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({
    animation: false,
    grid: { left: 56, right: 56, top: 40, bottom: 44 },
    textStyle: { fontFamily: 'system-ui, sans-serif', color: ink },
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Training loss of every step, its moving mean, and the loss of the evaluations. */
export function lossCurve({ losses, evaluations }: ReportData): string {
  const mean = smoothed(
    losses.map(({ loss }) => loss),
    Math.max(1, Math.round(losses.length / 30)),
  );
  const points = (values: readonly (readonly [number, number])[]) => values.map((value) => [...value]);
  return draw({
    legend: { top: 4 },
    xAxis: { type: 'value', name: 'step', nameLocation: 'middle', nameGap: 28, max: losses.at(-1)?.step ?? 1 },
    yAxis: { type: 'value', name: 'loss', min: 0 },
    series: [
      {
        name: 'each step',
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 1, color: '#c9d6ea' },
        itemStyle: { color: '#c9d6ea' },
        data: points(losses.map(({ step, loss }) => [step, loss])),
      },
      {
        name: 'training',
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 2, color: '#2f6fc4' },
        itemStyle: { color: '#2f6fc4' },
        data: points(losses.map(({ step }, index) => [step, mean[index] as number])),
      },
      {
        name: 'validation',
        type: 'line',
        lineStyle: { width: 2, color: '#d97706' },
        itemStyle: { color: '#d97706' },
        data: points(
          evaluations
            .filter((entry) => 'eval_loss' in entry)
            .map((entry) => [entry['step'] ?? 0, entry['eval_loss'] ?? 0]),
        ),
      },
    ],
  });
}

/** Accuracy (and F1) of every evaluation over the epochs, with the baselines as lines. */
export function metricsCurve({ evaluations, baselines }: ReportData): string {
  const names = Object.keys(evaluations[0] ?? {}).filter((name) => /^eval_(accuracy|f1)$/.test(name));
  const colors = ['#15803d', '#7c3aed'];
  return draw({
    legend: { top: 4 },
    xAxis: {
      type: 'value',
      name: 'epoch',
      nameLocation: 'middle',
      nameGap: 28,
      min: 0,
      max: Math.max(1, evaluations.at(-1)?.['epoch'] ?? 1),
    },
    yAxis: { type: 'value', min: 0, max: 1 },
    series: names.map((name, index) => ({
      name: name.slice(5),
      type: 'line',
      lineStyle: { width: 2, color: colors[index] },
      itemStyle: { color: colors[index] },
      data: evaluations.map((entry) => [entry['epoch'] ?? 0, entry[name] ?? 0]),
      ...(index === 0 && {
        markLine: {
          symbol: 'none',
          lineStyle: { type: 'dashed', color: '#999' },
          data: baselines.map(({ name: baseline, accuracy }) => ({
            yAxis: accuracy,
            label: { formatter: baseline, position: 'insideEndTop', color: ink },
          })),
        },
      }),
    })),
  });
}

/** Learning rate of every step. */
export function learningRateCurve({ losses }: ReportData): string {
  return draw({
    xAxis: { type: 'value', name: 'step', nameLocation: 'middle', nameGap: 28, max: losses.at(-1)?.step ?? 1 },
    yAxis: {
      type: 'value',
      name: 'learning rate',
      axisLabel: { formatter: (value: number) => value.toExponential(0) },
    },
    series: [
      {
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 2, color: '#64748b' },
        data: losses.map(({ step, learningRate }) => [step, learningRate]),
      },
    ],
  });
}
