import { createBar, terminal } from '#platform';
import { formatDuration } from '../progress/formatDuration.ts';
import { formatNumber } from '../progress/formatNumber.ts';
import { MetricsTable } from '../progress/metricsTable.ts';
import type { TrainerCallback } from './trainerCallback.ts';

/**
 * Shows a run to a person: a bar with examples per second and the time left, the logs, and a table
 * with a line per evaluation. Without a terminal, or with `disableTqdm`, there is no bar; logs and
 * table are still written.
 */
export class ProgressCallback implements TrainerCallback {
  #bar: ReturnType<typeof createBar> | null = null;
  #table: MetricsTable | null = null;
  #trainingLoss: number | null = null;
  #began = 0;

  onTrainBegin: NonNullable<TrainerCallback['onTrainBegin']> = (args, state) => {
    this.#began = performance.now();
    this.#trainingLoss = null;
    this.#table =
      args.evalStrategy === 'no' ? null : new MetricsTable(args.evalStrategy === 'epoch' ? 'Epoch' : 'Step');
    if (terminal.isTerminal && !args.disableTqdm) {
      this.#bar = createBar(
        state.maxSteps,
        '{bar} {value}/{total} steps | {rate} examples/s | {left} left | loss {loss}',
      );
      this.#bar.update(0, { rate: '?', left: '?', loss: '?' });
    }
  };

  onStepEnd: NonNullable<TrainerCallback['onStepEnd']> = (_args, state, _control, { examplesSeen = 0, completed }) => {
    if (!this.#bar) return;
    const seconds = (performance.now() - this.#began) / 1000;
    this.#bar.update(state.globalStep, {
      rate: formatNumber(examplesSeen / seconds),
      left: formatDuration((seconds / state.globalStep) * (state.maxSteps - state.globalStep)),
      loss: completed ? formatNumber(completed.loss) : '?',
    });
  };

  onLog: NonNullable<TrainerCallback['onLog']> = (args, _state, _control, { logs = {} }) => {
    if (logs['loss'] !== undefined) this.#trainingLoss = logs['loss'];
    // The table shows evaluations of a training run, and the training loss that is logged with
    // them.
    const inTable =
      this.#table && ('eval_loss' in logs || ('loss' in logs && args.loggingStrategy === args.evalStrategy));
    if (inTable) return;
    const shown = Object.entries(logs).filter(([name]) => name !== 'total_flos' && name !== 'step');
    this.#write(`{${shown.map(([name, value]) => `'${name}': '${formatNumber(value)}'`).join(', ')}}`);
  };

  onEvaluate: NonNullable<TrainerCallback['onEvaluate']> = (args, state, _control, { metrics = {} }) => {
    if (!this.#table) return;
    const position = args.evalStrategy === 'epoch' ? state.epoch : state.globalStep;
    for (const line of this.#table.lines(position, this.#trainingLoss, metrics)) this.#write(line);
  };

  onTrainEnd: NonNullable<TrainerCallback['onTrainEnd']> = () => {
    this.#bar?.stop();
    this.#bar = null;
    this.#table = null;
  };

  #write(line: string): void {
    if (this.#bar) this.#bar.writeLine(line);
    else terminal.writeLine(line);
  }
}
