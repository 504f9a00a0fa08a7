import type { Gpu } from '../../../gpu.ts';
import type { OptimizerState } from './state.ts';
import { growthTrackerWord, headerWords, lossScaleWord, recordWords } from './stateLayout.ts';

/** What happened in one update. */
export interface UpdateRecord {
  /** Number of the update from 1, counting skipped ones. */
  readonly update: number;
  /** Row of the schedule: updates applied before this one. */
  readonly step: number;
  /** Whether the gradients were finite, and so the update applied. */
  readonly finite: boolean;
  /** Sum of the losses of the update's micro-batches. */
  readonly loss: number;
  /** Global norm of the gradients before clipping; NaN or Infinity where they were not finite. */
  readonly gradNorm: number;
  /** Factor of the gradients, at most 1. */
  readonly clipFactor: number;
  /** Factor of the loss before its backward pass. */
  readonly lossScale: number;
  /** Learning rate of the update, in float64. */
  readonly learningRate: number;
}

export interface OptimizerReport {
  /** Updates applied so far: the row of the schedule to use next. */
  readonly step: number;
  readonly attempted: number;
  readonly skipped: number;
  /** Number of the first skipped update, from 1, or null. */
  readonly firstSkipped: number | null;
  /** Loss scale of the next update. */
  readonly lossScale: number;
  /** Consecutive applied updates since the loss scale changed. */
  readonly growthTracker: number;
  /** The updates that the ring still holds, oldest first. */
  readonly records: UpdateRecord[];
}

/**
 * Reads the counters and the records of past updates, after everything recorded so far. It waits
 * for the GPU: call it when a log is due, at least once in `recordCapacity` updates.
 *
 * @param since leave out records up to and including this update
 */
export async function readOptimizerState(gpu: Gpu, state: OptimizerState, since = 0): Promise<OptimizerReport> {
  const words = (await gpu.read(state.words)) as Uint32Array;
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  const records: UpdateRecord[] = [];
  for (let first = headerWords; first < words.length; first += recordWords) {
    const update = words[first] as number;
    if (update <= since) continue;
    const step = words[first + 1] as number;
    records.push({
      update,
      step,
      finite: words[first + 2] === 1,
      loss: floats[first + 3] as number,
      gradNorm: floats[first + 4] as number,
      clipFactor: floats[first + 5] as number,
      lossScale: floats[first + 6] as number,
      learningRate: state.learningRates[Math.min(step, state.learningRates.length - 1)] as number,
    });
  }
  records.sort((a, b) => a.update - b.update);
  const [step = 0, attempted = 0, skipped = 0, firstSkipped = 0] = words;
  const lossScale = floats[lossScaleWord] as number;
  const growthTracker = words[growthTrackerWord] as number;
  return { step, attempted, skipped, firstSkipped: firstSkipped || null, lossScale, growthTracker, records };
}
