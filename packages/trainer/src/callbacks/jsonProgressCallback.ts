import { output } from '#platform';
import type { CallbackEvent, TrainerCallback } from './trainerCallback.ts';

const secondsBetween = 1;

/**
 * Shows a run to programs: each event is a line of JSON on standard output. `preparation`,
 * `train_begin`, `progress` and `evaluation` (at most one a second), `log` with the entry, `save`
 * and `train_end`. Numbers that are not finite are null. With `disableTqdm` there is no progress.
 */
export class JsonProgressCallback implements TrainerCallback {
  #began = 0;
  #firstStep: number | null = null;
  #lastTold = -Infinity;
  #batchesEvaluated = 0;

  onPreparation: CallbackEvent = (args, _state, _control, { preparation }) => {
    if (!preparation) return;
    const { phase, done, total, isOver } = preparation;
    if (this.#isTime(args, isOver)) tell('preparation', { phase, done, total });
  };

  onTrainBegin: CallbackEvent = (_args, { globalStep, maxSteps, numTrainEpochs }) => {
    this.#firstStep = null;
    tell('train_begin', { step: globalStep, max_steps: maxSteps, num_train_epochs: numTrainEpochs });
  };

  onStepBegin: CallbackEvent = (_args, { globalStep }) => {
    if (this.#firstStep !== null) return;
    this.#firstStep = globalStep;
    this.#began = performance.now();
  };

  onStepEnd: CallbackEvent = (args, state, _control, { examplesSeen = 0, completed }) => {
    const { globalStep: step, maxSteps, epoch } = state;
    if (!this.#isTime(args, step === maxSteps)) return;
    const seconds = (performance.now() - this.#began) / 1000;
    const steps = step - (this.#firstStep ?? 0);
    tell('progress', {
      step,
      max_steps: maxSteps,
      epoch,
      ...(completed && {
        loss: completed.loss,
        learning_rate: completed.learningRate,
        grad_norm: completed.gradNorm,
      }),
      examples_per_second: examplesSeen / seconds,
      seconds_left: ((maxSteps - step) * seconds) / steps,
    });
  };

  onPredictionStep: CallbackEvent = (args, _state, _control, { numBatches = 0 }) => {
    this.#batchesEvaluated++;
    const isOver = this.#batchesEvaluated === numBatches;
    if (this.#isTime(args, isOver)) tell('evaluation', { done: this.#batchesEvaluated, total: numBatches });
    if (isOver) this.#batchesEvaluated = 0;
  };

  onLog: CallbackEvent = (_args, { globalStep: step }, _control, { logs = {} }) => tell('log', { ...logs, step });

  onSave: CallbackEvent = (_args, { globalStep: step }) => tell('save', { step });

  onTrainEnd: CallbackEvent = (_args, { globalStep: step }) => tell('train_end', { step });

  /** Called at the end of a run, also of one that failed during an evaluation. */
  [Symbol.dispose](): void {
    this.#batchesEvaluated = 0;
  }

  /** Whether to write another line; the last one of a kind is always written. */
  #isTime({ disableTqdm }: { readonly disableTqdm: boolean }, isLast: boolean): boolean {
    const now = performance.now() / 1000;
    if (disableTqdm || (!isLast && now - this.#lastTold < secondsBetween)) return false;
    this.#lastTold = now;
    return true;
  }
}

const tell = (event: string, values: object) => output.writeLine(JSON.stringify({ event, ...values }));
