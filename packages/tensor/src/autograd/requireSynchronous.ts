import { callable, requireArgument } from '@attune/validate';
import { TensorError } from '../errors.ts';

const AsyncFunction = (async () => {}).constructor;

/**
 * Refuses an asynchronous function where one is called in a mode of the process: what it does after
 * its first `await` would be outside of it, and what others do until then inside. A function that
 * returns the promise of a result, as `data()` does, has computed all before it returns.
 *
 * @throws TensorError when `body` is no function, or an asynchronous one
 */
export function requireSynchronous(where: string, body: unknown): void {
  if (typeof body !== 'function') requireArgument(where, 'body', body, callable, TensorError);
  if (!(body instanceof AsyncFunction)) return;
  throw new TensorError(
    `${where}: body is an async function, and what it does after its first await would be outside. ` +
      `Put only what computes into it, and await what it returns: await ${where}(() => model.forward(batch)).logits.data()`,
  );
}
