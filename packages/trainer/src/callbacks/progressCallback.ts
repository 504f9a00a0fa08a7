import { terminal } from '#platform';
import { progressLine } from '@attune/platform';
import type { ProgressLine } from '@attune/platform';
import { logLine, metricLines } from '../progress/formatMetrics.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { MetricsTable } from '../progress/metricsTable.ts';
import type { TrainerCallback } from './trainerCallback.ts';

/**
 * Shows a run to a person: a line with the time left and examples per second, the logs, and a table
 * with a line per evaluation. With `disableTqdm` there are only logs and table.
 */
export class ProgressCallback implements TrainerCallback {
  #training: ProgressLine | null = null;
  #evaluation: ProgressLine | null = null;
  #batchesEvaluated = 0;
  #table: MetricsTable | null = null;
  #trainingLoss: number | null = null;
  #began = 0;

  onTrainBegin: NonNullable<TrainerCallback['onTrainBegin']> = (args, state) => {
    this.#began = performance.now();
    this.#trainingLoss = null;
    this.#table =
      args.evalStrategy === 'no' ? null : new MetricsTable(args.evalStrategy === 'epoch' ? 'Epoch' : 'Step');
    this.#stop();
    if (args.disableTqdm) return;
    const { maxSteps: total, globalStep: from } = state;
    this.#training = progressLine({ label: 'Training', total, from, unit: 'steps', delay: 0 });
  };

  onStepEnd: NonNullable<TrainerCallback['onStepEnd']> = (_args, state, _control, { examplesSeen = 0, completed }) => {
    if (!this.#training) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const details = [`${formatNumber(examplesSeen / seconds)} examples/s`];
    if (completed) details.push(`loss ${formatNumber(completed.loss)}`);
    this.#training.update(state.globalStep, details);
  };

  onPredictionStep: NonNullable<TrainerCallback['onPredictionStep']> = (args, _state, _control, { numBatches }) => {
    if (args.disableTqdm || numBatches === undefined) return;
    this.#evaluation ??= progressLine({ label: 'Evaluating', total: numBatches, unit: 'batches' });
    this.#batchesEvaluated++;
    this.#evaluation.update(this.#batchesEvaluated);
    if (this.#batchesEvaluated === numBatches) this.#stopEvaluation();
  };

  onLog: NonNullable<TrainerCallback['onLog']> = (args, state, _control, { logs = {} }) => {
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

  onEvaluate: NonNullable<TrainerCallback['onEvaluate']> = (args, state, _control, context) => {
    if (!this.#table) return;
    const { metrics = {}, metricKeyPrefix } = context;
    const position = args.evalStrategy === 'epoch' ? state.epoch : state.globalStep;
    for (const line of this.#table.lines(position, this.#trainingLoss, metrics, metricKeyPrefix))
      terminal.writeLine(line);
  };

  onTrainEnd: NonNullable<TrainerCallback['onTrainEnd']> = () => {
    this.#stop();
    this.#table = null;
  };

  /** The end of a run, also of one that failed. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  #stop(): void {
    this.#training?.stop();
    this.#training = null;
    this.#stopEvaluation();
  }

  #stopEvaluation(): void {
    this.#evaluation?.stop();
    this.#evaluation = null;
    this.#batchesEvaluated = 0;
  }
}
