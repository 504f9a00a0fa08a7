import { machine } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { CallbackEvent, CallbackState, TrainerCallback } from '../callbacks/trainerCallback.ts';
import type { LogEntry, LogValue } from '../state/trainerState.ts';
import type { FileEvent, SummaryValue } from './eventFile.ts';
import { LoggingFolder } from './loggingFolder.ts';
import type { ReportOptions } from './loggingFolder.ts';

/** Number of files that this process has started, to give each a unique name. */
let filesBegun = 0;

/**
 * Writes the log for TensorBoard, under the names of `transformers`: `train/loss`, `eval/accuracy`,
 * and the arguments as text. A resumed run continues in the same folder; TensorBoard then drops
 * later steps of the earlier run.
 */
export class TensorBoardCallback implements TrainerCallback {
  readonly #folder: LoggingFolder;
  #file: string | null = null;

  /** @throws TrainerError for an option that does not exist */
  constructor(options: ReportOptions = {}) {
    this.#folder = new LoggingFolder('new TensorBoardCallback', options);
  }

  onTrainBegin: CallbackEvent = async (args, { globalStep }, _control, { model }) => {
    const config = model && 'config' in model ? model.config : null;
    const texts = [
      { tag: 'args', text: JSON.stringify(args, null, 2) },
      ...(config ? [{ tag: 'model_config', text: JSON.stringify(config, null, 2) }] : []),
    ];
    await this.#write(args, [
      ...(globalStep > 0 ? [{ step: globalStep + 1, goesOn: true }] : []),
      ...texts.map((text) => ({ values: [text] })),
    ]);
  };

  onLog: CallbackEvent = async (args, { globalStep: step }, _control, { logs = {} }) =>
    await this.#write(
      args,
      summaryOf(logs).map((value) => ({ step, values: [value] })),
    );

  onTrainEnd: CallbackEvent = () => void (this.#file = null);

  state(): CallbackState {
    return this.#folder.state();
  }

  loadState(state: CallbackState): void {
    this.#folder.loadState(state);
  }

  async #write(args: TrainingArguments, events: readonly Omit<FileEvent, 'wallTime'>[]): Promise<void> {
    // Loaded on first use only.
    const { eventRecord } = await import('./eventFile.ts');
    const wallTime = Date.now() / 1000;
    const begins = this.#file === null ? [{ begins: true }] : [];
    this.#file ??= fileName();
    const records = [...begins, ...events].map((event) => eventRecord({ wallTime, ...event }));
    await this.#folder.append(args, this.#file, records);
  }
}

function fileName(): string {
  const { hostName = 'page', processId = 0 } = machine() ?? {};
  return `events.out.tfevents.${Math.floor(Date.now() / 1000)}.${hostName}.${processId}.${filesBegun++}`;
}

/** Numbers as curves, anything else as a text. */
function summaryOf(logs: LogEntry): SummaryValue[] {
  return Object.entries(logs).flatMap(([name, value]) => (value === undefined ? [] : [valueOf(tagOf(name), value)]));
}

function valueOf(tag: string, value: LogValue): SummaryValue {
  if (typeof value === 'number' || typeof value === 'boolean') return { tag, scalar: Number(value) };
  return { tag, text: typeof value === 'string' ? value : JSON.stringify(value) };
}

function tagOf(name: string): string {
  const [, split, rest] = /^(eval|test)_(.*)$/.exec(name) ?? [];
  return split === undefined ? `train/${name}` : `${split}/${rest}`;
}
