import * as echarts from 'echarts';
import type { ReportData } from './reportData.ts';

const size = { width: 860, height: 320 };
/** In dark mode the page's style replaces these two. */
const ink = '#444';
const gridLines = { lineStyle: { color: '#e5e5e5' } };

/** Moving mean of each point and those before it, to show the trend. */
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
    grid: { left: 72, right: 40, top: 48, bottom: 44 },
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
    yAxis: { type: 'value', name: 'loss', min: 0, splitLine: gridLines },
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

/** The metrics of every evaluation over the epochs, with the baselines as dashed lines. */
export function metricsCurve({ evaluations, baselines }: ReportData): string {
  const names = Object.keys(evaluations[0] ?? {}).filter((name) => /^eval_(accuracy|f1|rmse)$/.test(name));
  const colors = ['#15803d', '#7c3aed'];
  const grays = ['#6b7280', '#a8a29e'];
  const lastEpoch = Math.max(1, evaluations.at(-1)?.['epoch'] ?? 1);
  const isPart = !names.includes('eval_rmse');
  return draw({
    legend: { top: 4 },
    xAxis: { type: 'value', name: 'epoch', nameLocation: 'middle', nameGap: 28, min: 0, max: lastEpoch },
    yAxis: { type: 'value', min: 0, splitLine: gridLines, ...(isPart && { max: 1 }) },
    series: [
      ...names.map((name, index) => ({
        name: name.slice(5),
        type: 'line',
        lineStyle: { width: 2, color: colors[index] },
        itemStyle: { color: colors[index] },
        data: evaluations.map((entry) => [entry['epoch'] ?? 0, entry[name] ?? 0]),
      })),
      // Names are in the legend: beside the lines they would overlap where values are close.
      ...baselines.map(({ name, metrics }, index) => ({
        name: `${name} (${names[0]?.slice(5) ?? ''})`,
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 1.5, type: index === 0 ? 'dashed' : 'dotted', color: grays[index] },
        itemStyle: { color: grays[index] },
        data: [0, lastEpoch].map((epoch) => [epoch, metrics[names[0]?.slice(5) ?? ''] ?? 0]),
      })),
    ],
  });
}

/** Learning rate of every step. */
export const learningRateCurve = ({ losses }: ReportData): string =>
  stepCurve(
    'learning rate',
    losses.map(({ step, learningRate }) => [step, learningRate]),
  );

/** Norm of the gradients of every step, before clipping. */
export const gradientNormCurve = ({ losses }: ReportData): string =>
  stepCurve(
    'gradient norm',
    losses.map(({ step, gradNorm }) => [step, gradNorm]),
  );

/** `0.0015`, `1.5e-5`: never two ticks with the same text. */
export const shortNumber = (value: number): string =>
  value === 0 || Math.abs(value) >= 1e-3 ? String(Number(value.toPrecision(6))) : String(Number(value.toPrecision(3)));

function stepCurve(name: string, points: (readonly [number, number])[]): string {
  return draw({
    xAxis: { type: 'value', name: 'step', nameLocation: 'middle', nameGap: 28, max: points.at(-1)?.[0] ?? 1 },
    yAxis: { type: 'value', name, min: 0, splitLine: gridLines, axisLabel: { formatter: shortNumber } },
    series: [
      {
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 2, color: '#64748b' },
        data: points.map((point) => [...point]),
      },
    ],
  });
}
