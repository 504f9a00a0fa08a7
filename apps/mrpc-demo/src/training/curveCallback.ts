import type { LogEntry, TrainerCallback } from '@attune/trainer';
import type { LossPoint } from '../report/reportData.ts';

/** Keeps the logged losses and the evaluations of a run for the report. */
export class CurveCallback implements TrainerCallback {
  readonly losses: LossPoint[] = [];
  readonly evaluations: LogEntry[] = [];

  onLog: NonNullable<TrainerCallback['onLog']> = (_args, state, _control, { logs = {} }) => {
    const { loss, learning_rate: learningRate } = logs;
    if (loss !== undefined && learningRate !== undefined) this.losses.push({ step: state.globalStep, loss, learningRate });
  };

  onEvaluate: NonNullable<TrainerCallback['onEvaluate']> = (_args, state, _control, { metrics = {} }) => {
    this.evaluations.push({ ...metrics, step: state.globalStep });
  };
}
