import { terminal } from '#platform';
import { progressLine } from '@attune/platform';
import type { Detail, ProgressLine } from '@attune/platform';
import { logLine, metricLines } from '../progress/formatMetrics.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { MetricsTable } from '../progress/metricsTable.ts';
import type { CallbackEvent, CompletedStep, TrainerCallback } from './trainerCallback.ts';

/** After this time people wonder what a program is doing. */
const noticeableSeconds = 1;

/**
 * Shows a run to people: a progress line with the time left, loss, learning rate, gradient norm and
 * examples per second, the logs, and a table with a line for each evaluation. With `disableTqdm`
 * there are only logs and table.
 */
export class ProgressCallback implements TrainerCallback {
  #preparing: ProgressLine | null = null;
  #preparingSince: number | null = null;
  #training: ProgressLine | null = null;
  #evaluation: ProgressLine | null = null;
  #batchesEvaluated = 0;
  #table: MetricsTable | null = null;
  #trainingLoss: number | null = null;
  #began = 0;

  onTrainBegin: CallbackEvent = (args) => {
    this.#trainingLoss = null;
    this.#table =
      args.evalStrategy === 'no' ? null : new MetricsTable(args.evalStrategy === 'epoch' ? 'Epoch' : 'Step');
    this.#stop();
  };

  onPreparation: CallbackEvent = (args, _state, _control, { preparation }) => {
    if (!preparation) return;
    const { phase, done, total, isOver } = preparation;
    this.#preparingSince ??= performance.now();
    if (!args.disableTqdm) {
      const label = phase === 'checking' ? 'Checking' : 'Preparing';
      this.#preparing ??= progressLine({ label, total, unit: 'kernels' });
      this.#preparing.update(done);
    }
    if (!isOver) return;
    const seconds = (performance.now() - this.#preparingSince) / 1000;
    this.#stopPreparing();
    if (done < total || seconds < noticeableSeconds) return;
    const what = phase === 'checking' ? 'checked' : 'prepared';
    terminal.writeLine(
      `${total} kernels were ${what} in ${seconds.toFixed(1)} s; the driver keeps them for the next run.`,
    );
  };

  // Not earlier: the time of preparation does not predict the time left.
  onStepBegin: CallbackEvent = (args, { maxSteps: total, globalStep: from }) => {
    if (args.disableTqdm || this.#training) return;
    this.#began = performance.now();
    this.#training = progressLine({ label: 'Training', total, from, unit: 'steps', delay: 0 });
  };

  onStepEnd: CallbackEvent = (_args, state, _control, { examplesSeen = 0, completed }) => {
    if (!this.#training) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const rate = formatNumber(examplesSeen / seconds, 3);
    this.#training.update(state.globalStep, [
      ...(completed ? stepDetails(completed) : []),
      [`${rate} examples/s`, `${rate} ex/s`],
    ]);
  };

  onPredictionStep: CallbackEvent = (args, _state, _control, { numBatches }) => {
    if (args.disableTqdm || numBatches === undefined) return;
    this.#evaluation ??= progressLine({ label: 'Evaluating', total: numBatches, unit: 'batches' });
    this.#batchesEvaluated++;
    this.#evaluation.update(this.#batchesEvaluated);
    if (this.#batchesEvaluated === numBatches) this.#stopEvaluation();
  };

  onLog: CallbackEvent = (args, state, _control, { logs = {} }) => {
    if (logs.loss !== undefined) this.#trainingLoss = logs.loss;
    const title = logs.train_runtime === undefined ? 'Evaluation:' : 'Training has ended:';
    const isSummary = Object.keys(logs).some((name) => name.endsWith('_runtime'));
    // The table shows evaluations of a training run, and the training loss that is logged with
    // them.
    const inTable =
      this.#table &&
      (Object.keys(logs).some((name) => /^eval_(.+_)?runtime$/.test(name)) ||
        ('loss' in logs && args.loggingStrategy === args.evalStrategy));
    if (inTable) return;
    const lines = isSummary ? metricLines(title, logs) : [logLine(state.globalStep, logs)];
    for (const line of lines) terminal.writeLine(line);
  };

  onEvaluate: CallbackEvent = (args, state, _control, context) => {
    if (!this.#table) return;
    const { metrics = {}, metricKeyPrefix } = context;
    const position = args.evalStrategy === 'epoch' ? state.epoch : state.globalStep;
    for (const line of this.#table.lines(position, this.#trainingLoss, metrics, metricKeyPrefix))
      terminal.writeLine(line);
  };

  onTrainEnd: CallbackEvent = () => this[Symbol.dispose]();

  /** Called at the end of a run, also of a failed one. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#table = null;
  }

  #stop(): void {
    this.#stopPreparing();
    this.#training?.stop();
    this.#training = null;
    this.#stopEvaluation();
  }

  #stopPreparing(): void {
    this.#preparing?.stop();
    this.#preparing = null;
    this.#preparingSince = null;
  }

  #stopEvaluation(): void {
    this.#evaluation?.stop();
    this.#evaluation = null;
    this.#batchesEvaluated = 0;
  }
}

function stepDetails({ loss, learningRate, gradNorm }: CompletedStep): Detail[] {
  return [
    [`loss ${formatNumber(loss)}`, `loss ${formatNumber(loss, 3)}`],
    [`learning rate ${formatNumber(learningRate, 3)}`, `lr ${formatNumber(learningRate, 2)}`],
    [`grad norm ${formatNumber(gradNorm)}`, `grad ${formatNumber(gradNorm, 3)}`],
  ];
}
