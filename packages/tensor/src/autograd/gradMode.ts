import { Mode } from './mode.ts';
import type { TapeTensor } from './tape.ts';

const mode = new Mode('noGrad', true);

/** Whether operations are remembered for `backward()`. */
export function isGradEnabled(): boolean {
  return mode.current;
}

/**
 * Runs `body` without remembering operations: for evaluation.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function noGrad<T>(body: () => T): T {
  return mode.during(false, body);
}

/**
 * Runs `body` with operations remembered, also within `noGrad`: for what a backward pass computes
 * again.
 */
export function withGrad<T>(body: () => T): T {
  return mode.as(true, body);
}

/** What was computed without a tape, as it is computed again in the backward pass. */
export interface Postponed {
  /** What was read that had been computed before, and that a gradient can flow to. */
  readonly inputs: Set<TapeTensor>;
  /** Results that a gradient can flow to. */
  readonly results: Set<TapeTensor>;
  /** Let go of what the backward pass will read again. */
  readonly held: (() => void)[];
}

let postponed: Postponed | null = null;

/** Null where operations put themselves on the tape. */
export function currentPostponed(): Postponed | null {
  return postponed;
}

/**
 * Runs `body` as the forward pass of something that its backward pass computes again: by the same
 * kernels as ever, and nothing is kept for a backward pass.
 *
 * @param filled with what is read and computed
 */
export function withoutTape<T>(filled: Postponed, body: () => T): T {
  const before = postponed;
  postponed = filled;
  try {
    return body();
  } finally {
    postponed = before;
  }
}
