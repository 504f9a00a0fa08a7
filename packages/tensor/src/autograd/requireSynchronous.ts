import { callable, requireArgument } from '@attune/validate';
import { TensorError } from '../errors.ts';

const AsyncFunction = (async () => {}).constructor;

/**
 * Refuses an asynchronous function where the call changes a process-wide mode: code after its first
 * `await` would run outside the mode, and other code inside it. A function that only returns a
 * promise, as of `data()`, has computed everything before it returns.
 *
 * @throws TensorError when `body` is not a function, or is asynchronous
 */
export function requireSynchronous(where: string, body: unknown): void {
  if (typeof body !== 'function') requireArgument(where, 'body', body, callable, TensorError);
  if (!(body instanceof AsyncFunction)) return;
  throw new TensorError(
    `${where}: body is an async function, and what it does after its first await would be outside. ` +
      `Put only the computation into it, and await its result: await ${where}(() => model.forward(batch)).logits.data().`,
  );
}
