import { callable, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import type { AbortSignal } from '@attune/platform';

/** Options of {@link Gpu}'s `prepare`. */
export interface PrepareOptions {
  /** Called with how many new kernels are ready, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends the wait; kernels that are ready by then stay compiled. */
  readonly signal?: AbortSignal | undefined;
}

const optionKinds = { onProgress: optional(callable), signal: optional(instanceOf(globalThis.AbortSignal)) };

export function requirePrepareArguments(record: unknown, options: unknown): void {
  requireArgument('gpu.prepare', 'record', record, callable, KernelArgumentError);
  requireOptions('gpu.prepare', options, optionKinds, { error: KernelArgumentError });
}

/** Waits for work until the signal ends the wait. The work itself continues in the background. */
export function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
