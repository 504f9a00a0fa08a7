import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { LogEntry, TrainerState } from '../state/trainerState.ts';

/** A Trainer, as far as it is asked where its run stands. */
interface ProgressingTrainer {
  readonly args: TrainingArguments;
  readonly state: TrainerState;
}

/** Metrics with the epochs done and, where tokens are counted, the tokens read so far. */
export function withProgress(metrics: LogEntry, { args, state }: ProgressingTrainer): LogEntry {
  const { epoch, numInputTokensSeen } = state;
  const counts = args.includeNumInputTokensSeen !== 'no';
  return { ...metrics, epoch, ...(counts && { num_input_tokens_seen: numInputTokensSeen }) };
}
