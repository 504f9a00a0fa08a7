import { waitForGpu } from '#platform';
import { DeviceLostError, GpuValidationError } from '../errors.ts';
import type { GpuError } from '../errors.ts';
import type { GPUDevice, GPUError } from './webGpuTypes.ts';

interface Failure {
  readonly error: GpuError;
  /** How many waits had begun when what failed was recorded. */
  readonly epoch: number;
  /** Whether it explains the others, which are only commands that could not use what failed. */
  readonly isCause: boolean;
}

interface Wait {
  readonly epoch: number;
  readonly failures: Failure[];
}

/** Beyond this many, old ones are forgotten: a program that never waits hears of the first. */
const maxKept = 64;

/**
 * What went wrong on a device. WebGPU tells late that it refused a command, so a failure is kept
 * until somebody waits for the GPU: every wait that was there when it happened, or else the next
 * one, rejects with it. After that the device is as good as before. Only a lost device stays lost.
 */
export class Failures {
  /** Set once, when the device is gone. */
  lost: DeviceLostError | null = null;
  /**
   * Errors of submits that were refused, by the number of the submit: what was to be written there
   * holds anything.
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

  /** Hears of what the device tells by itself. */
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

  /** Returns whether the device was there until now. */
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

  /** Reports what the error scope that was just popped has caught, once it tells. */
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
        // The device is lost, which is told by itself.
        () => {},
      )
      .finally(() => this.#pendingScopes.delete(told));
    this.#pendingScopes.add(told);
  }

  /** Keeps the error of a refused submit, for those who read what it was to write. */
  refuseSubmit(submit: number, error: GpuError): void {
    this.refusedSubmits.set(submit, error);
    if (this.refusedSubmits.size > maxKept) {
      const [oldest] = this.refusedSubmits.keys();
      this.refusedSubmits.delete(oldest as number);
    }
  }

  /**
   * Waits for something that the GPU does, and for all that could be wrong with what was recorded
   * before.
   *
   * @throws the first failure that nobody was told of
   */
  async wait<T>(pending: Promise<T>): Promise<T> {
    const wait: Wait = { epoch: this.#epoch, failures: [...this.#failures] };
    this.#epoch += 1;
    this.#waits.add(wait);
    // `pending` first: the scopes were popped before it, and are told before it.
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
