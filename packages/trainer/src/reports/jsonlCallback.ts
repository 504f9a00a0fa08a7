import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackEvent, CallbackState, TrainerCallback } from '../callbacks/trainerCallback.ts';
import type { LogEntry } from '../state/trainerState.ts';
import { LoggingFolder } from './loggingFolder.ts';
import type { ReportOptions } from './loggingFolder.ts';

const fileName = 'log.jsonl';

/**
 * Writes each entry of the log as a line of JSON to `log.jsonl`; numbers that are not finite are
 * null. A resumed run continues after the entries of its checkpoint; a new run replaces an existing
 * file.
 */
export class JsonlCallback implements TrainerCallback {
  readonly #folder: LoggingFolder;
  #begun = false;

  /** @throws TrainerError for an option that does not exist */
  constructor(options: ReportOptions = {}) {
    this.#folder = new LoggingFolder('new JsonlCallback', options);
  }

  onTrainBegin: CallbackEvent = async (args, { logHistory }) => {
    // Entries after the checkpoint will be written again.
    if (logHistory.length > 0) await this.#write(args, logHistory, false);
  };

  onLog: CallbackEvent = async (args, state, _control, { logs = {} }) =>
    await this.#write(args, [{ ...logs, step: state.globalStep }], this.#begun);

  state(): CallbackState {
    return this.#folder.state();
  }

  loadState(state: CallbackState): void {
    this.#folder.loadState(state);
  }

  async #write(args: TrainingArguments, entries: readonly LogEntry[], append: boolean): Promise<void> {
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`);
    if (append) await this.#folder.append(args, fileName, lines);
    else await this.#folder.replace(args, fileName, lines.join(''));
    this.#begun = true;
  }
}
