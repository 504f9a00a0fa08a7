import { Mode } from './mode.ts';

const mode = new Mode('noGrad', { outside: true });

/** Whether operations are remembered for `backward()`. */
export function isGradEnabled(): boolean {
  return mode.on;
}

/**
 * Runs `body` without remembering operations: for evaluation.
 *
 * @throws TensorError when `body` is asynchronous
 */
export function noGrad<T>(body: () => T): T {
  return mode.during(body);
}
