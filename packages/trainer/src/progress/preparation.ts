import type { AbortSignal } from '@attune/platform';
import type { Device } from '@attune/tensor';
import type { CallbackList } from '../callbacks/callbackList.ts';
import type { Preparation } from '../callbacks/trainerCallback.ts';

type PrepareOptions = NonNullable<Parameters<Device['prepare']>[1]>;

export interface PreparationInput {
  readonly callbacks: CallbackList;
  readonly phase: Preparation['phase'];
  /** Aborts the wait. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs a preparation of kernels and reports its progress to the callbacks, unless there is nothing
 * to do.
 *
 * @throws errors of callbacks; the signal's reason
 */
export async function prepareWithProgress(
  { callbacks, phase, signal }: PreparationInput,
  prepare: (options: PrepareOptions) => Promise<unknown>,
): Promise<void> {
  let last: Omit<Preparation, 'isOver'> | null = null;
  let told = Promise.resolve();
  const tell = (preparation: Preparation) => {
    told = told.then(() => callbacks.call('onPreparation', { preparation }));
    // Waited for below.
    told.catch(() => {});
  };
  const onProgress = (done: number, total: number) => {
    last = { phase, done, total };
    tell({ ...last, isOver: false });
  };
  try {
    await prepare({ onProgress, ...(signal && { signal }) });
  } finally {
    if (last) tell({ ...(last as Omit<Preparation, 'isOver'>), isOver: true });
    await told;
  }
}
