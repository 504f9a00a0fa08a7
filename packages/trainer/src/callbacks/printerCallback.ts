import { terminal } from '#platform';
import { logLine } from '../progress/formatMetrics.ts';
import type { CallbackEvent, TrainerCallback } from './trainerCallback.ts';

/** Writes each entry of the log in a line, and nothing else. */
export class PrinterCallback implements TrainerCallback {
  onLog: CallbackEvent = (_args, state, _control, { logs = {} }) => terminal.writeLine(logLine(state.globalStep, logs));
}
