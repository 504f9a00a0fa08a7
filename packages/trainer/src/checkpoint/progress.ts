import type { PlateauState } from '@attune/tensor';
import type { TrainerControl } from '../state/trainerControl.ts';
import type { LogEntry } from '../state/trainerState.ts';
import type { CompletedSteps } from '../step/trainingStep.ts';

/** Position of a run in its data. */
export interface RunPosition {
  /** From 0. */
  readonly epoch: number;
  /** Of this epoch. */
  readonly batchesDone: number;
  /** Whether the epoch's own logging, evaluation and saving have begun. */
  readonly epochEnded: boolean;
}

/** What a checkpoint keeps of a run beyond the files of `transformers`. */
export interface RunProgress {
  readonly position: RunPosition;
  readonly control: TrainerControl;
  readonly completed: CompletedSteps;
  /** Steps and losses that were logged already. */
  readonly logged: Pick<CompletedSteps, 'count' | 'lossSum'>;
  /** Rows of the training set; null when only its batches are known. */
  readonly numTrainExamples: number | null;
  readonly batchesPerEpoch: number;
  /** Class of the model. */
  readonly modelName: string;
  /** Seed of the model's new head, if the model knows it. */
  readonly headSeed: number | null;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** State of a schedule that follows a metric; missing in checkpoints of older versions. */
  readonly plateau?: PlateauState | null | undefined;
  /** The best metric, which JSON cannot represent where it is infinite. */
  readonly bestMetric: number | null;
  /** Entries of the log, by index, with numbers that JSON cannot represent. */
  readonly exactLogs: Readonly<Record<string, LogEntry>>;
}

const notInJson = { NaN, Infinity, '-Infinity': -Infinity };

/** As JSON, in which NaN and infinities are `{ "number": "NaN" }`. */
export function progressJson(progress: RunProgress): string {
  const exact = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
  return `${JSON.stringify(progress, exact, 2)}\n`;
}

export function parseProgress(text: string): RunProgress {
  return JSON.parse(text, (_, value: unknown) => {
    const { number } = (value ?? {}) as { number?: keyof typeof notInJson };
    return number !== undefined && Object.hasOwn(notInJson, number) ? notInJson[number] : value;
  }) as RunProgress;
}

/** Entries of a log that JSON would change. */
export function exactLogsOf(log: readonly LogEntry[]): Record<string, LogEntry> {
  return Object.fromEntries([...log.entries()].filter(([, entry]) => hasNonFinite(entry)));
}

function hasNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNonFinite);
}
