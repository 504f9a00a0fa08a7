import type { GpuError } from '../errors.ts';
import { DeviceLostError, GpuValidationError, waitForGpu } from './given.ts';
import type { GPUDevice, GPUError } from './webGpuTypes.ts';

interface Failure {
  readonly error: GpuError;
  /** How many waits had begun when the failed command was recorded. */
  readonly epoch: number;
  /** Whether it is the root cause; the others are commands that failed because of it. */
  readonly isCause: boolean;
}

interface Wait {
  readonly epoch: number;
  readonly failures: Failure[];
}

/** At most this many are kept: a program that never waits still gets the first ones. */
const maxKept = 64;

/**
 * What went wrong on a device. WebGPU reports a refused command late, so a failure is kept until
 * somebody waits for the GPU: every wait pending when it happened rejects with it, or else the next
 * one. After that the device works as before. Only a lost device stays lost.
 */
export class Failures {
  /** Set once, when the device is gone. */
  lost: DeviceLostError | null = null;
  /**
   * Errors of refused submits, by the number of the submit: the content of the arrays that they
   * were to write is undefined.
   */
  readonly refusedSubmits = new Map<number, GpuError>();
  readonly #waits = new Set<Wait>();
  readonly #pendingScopes = new Set<Promise<void>>();
  #failures: Failure[] = [];
  #epoch = 0;

  /** Whether somebody waits for the GPU. */
  get awaited(): boolean {
    return this.#waits.size > 0;
  }

  /** Listens for errors that the device reports by itself. */
  listen(device: GPUDevice): void {
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.report(new GpuValidationError((event as GPUUncapturedErrorEvent).error.message), false);
    });
    void device.lost.then(({ reason, message }) => {
      this.lose(
        `the GPU was lost (${reason}): ${message}. Nothing on it can be read any more. ` +
          'Open a new device with openDevice(), and load the model and the last checkpoint there.',
      );
    });
  }

  /** Marks the device as lost. @returns whether it was not lost before */
  lose(message: string): boolean {
    if (this.lost) return false;
    this.lost = new DeviceLostError(message);
    return true;
  }

  throwIfLost(): void {
    if (this.lost) throw this.lost;
  }

  report(error: GpuError, isCause: boolean, epoch = this.#epoch): void {
    const failure = { error, epoch, isCause };
    if (this.#failures.length < maxKept) this.#failures.push(failure);
    for (const wait of this.#waits) if (epoch <= wait.epoch) wait.failures.push(failure);
  }

  /** Records what the error scope that was just popped has caught, once it is known. */
  watchScope(
    popped: Promise<GPUError | null>,
    onError: (error: GPUError) => GpuError | Promise<GpuError>,
    isCause: boolean,
  ): void {
    const epoch = this.#epoch;
    const told = popped
      .then(
        async (error) => {
          if (error) this.report(await onError(error), isCause, epoch);
        },
        // The device is lost, which is reported separately.
        () => {},
      )
      .finally(() => this.#pendingScopes.delete(told));
    this.#pendingScopes.add(told);
  }

  /** Keeps the error of a refused submit, for reads of arrays that it was to write. */
  refuseSubmit(submit: number, error: GpuError): void {
    this.refusedSubmits.set(submit, error);
    if (this.refusedSubmits.size > maxKept) {
      const [oldest] = this.refusedSubmits.keys();
      this.refusedSubmits.delete(oldest as number);
    }
  }

  /**
   * Waits for the GPU, and for the error scopes of everything recorded before.
   *
   * @throws the first failure that was not reported yet
   */
  async wait<T>(pending: Promise<T>): Promise<T> {
    const wait: Wait = { epoch: this.#epoch, failures: [...this.#failures] };
    this.#epoch += 1;
    this.#waits.add(wait);
    // `pending` comes first: the scopes were popped before it and settle before it.
    const [outcome] = await waitForGpu(Promise.allSettled([pending, ...this.#pendingScopes]));
    this.#waits.delete(wait);
    this.#failures = this.#failures.filter((failure) => !wait.failures.includes(failure));
    this.throwIfLost();
    const failure = wait.failures.find(({ isCause }) => isCause) ?? wait.failures[0];
    if (failure) throw failure.error;
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}
