import { Mode } from './mode.ts';
import type { TapeTensor } from './tape.ts';
import { requireAtMost } from '../surplusArguments.ts';

const mode = new Mode('noGrad', true);

/** Whether operations are recorded for `backward()`. */
export function isGradEnabled(): boolean {
  return mode.current;
}

/**
 * Runs `body` without recording operations for `backward()`, as `torch.no_grad`: for evaluation.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function noGrad<T>(body: () => T): T {
  requireAtMost('noGrad', 1, arguments);
  return mode.during(false, body);
}

/**
 * Runs `body` with operations recorded, even within `noGrad`: for what a backward pass recomputes.
 */
export function withGrad<T>(body: () => T): T {
  return mode.as(true, body);
}

/** What a computation without a tape read and returned; the backward pass repeats it. */
export interface Postponed {
  /** Tensors from outside that were read and require a gradient. */
  readonly inputs: Set<TapeTensor>;
  /** Results that require a gradient. */
  readonly results: Set<TapeTensor>;
  /** Release what the backward pass will read again. */
  readonly held: (() => void)[];
}

let postponed: Postponed | null = null;

/** The computation to collect for; null where operations are recorded on the tape. */
export function currentPostponed(): Postponed | null {
  return postponed;
}

/**
 * Runs `body` as a forward pass that will be repeated in the backward pass: with the usual kernels,
 * but keeping nothing for a backward pass.
 *
 * @param filled gets what is read and computed
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
