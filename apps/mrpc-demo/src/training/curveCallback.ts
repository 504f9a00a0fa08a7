import type { CallbackEvent, CallbackState, CompletedStep, LogEntry, TrainerCallback } from '@attune/trainer';
import type { LossPoint } from '../report/reportData.ts';

/** Collects the losses and evaluations of a run for the report. */
export class CurveCallback implements TrainerCallback {
  readonly losses: LossPoint[] = [];
  readonly evaluations: LogEntry[] = [];
  /**
   * From the start of the process until the first update was known to have completed; NaN before.
   */
  secondsToFirstStep = NaN;

  onStepEnd: CallbackEvent = (_args, _state, _control, { completed }) => this.#add(completed);

  onTrainEnd: CallbackEvent = (_args, _state, _control, { completed }) => this.#add(completed);

  onEvaluate: CallbackEvent = (_args, state, _control, { metrics = {} }) => {
    this.evaluations.push({ ...metrics, step: state.globalStep });
  };

  /** A resumed run shows the whole curve. */
  state = (): CallbackState => ({ args: {}, attributes: { losses: this.losses, evaluations: this.evaluations } });

  loadState = ({ attributes }: CallbackState): void => {
    this.losses.splice(0, Infinity, ...(attributes['losses'] as LossPoint[]));
    this.evaluations.splice(0, Infinity, ...(attributes['evaluations'] as LogEntry[]));
  };

  #add(completed: CompletedStep | undefined): void {
    if (!completed || completed.step === this.losses.at(-1)?.step) return;
    if (Number.isNaN(this.secondsToFirstStep)) this.secondsToFirstStep = performance.now() / 1000;
    const { step, loss, learningRate, gradNorm } = completed;
    this.losses.push({ step, loss, learningRate, gradNorm });
  }

  /** The evaluation with the lowest loss, unless it is the last one. */
  lowestLossBeforeTheLast(): { readonly epoch: number; readonly loss: number } | null {
    const losses = this.evaluations.map((entry) => entry['eval_loss'] ?? Infinity);
    const best = losses.indexOf(Math.min(...losses));
    if (best < 0 || best === losses.length - 1) return null;
    return { epoch: this.evaluations[best]?.['epoch'] ?? NaN, loss: losses[best] ?? NaN };
  }
}
