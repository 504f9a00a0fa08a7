import type { Device } from '../../device.ts';

/** Keeps callers who await it at most one update ahead of the GPU. */
export class Backlog {
  readonly #device: Device;
  #last: Promise<void> = Promise.resolve();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Notes that an update was submitted. The promise resolves when all earlier updates have run. */
  add(): Promise<void> {
    const before = this.#last;
    this.#last = this.#device.idle();
    // A failure is reported to whoever awaits a later update or reads anything; awaiting this one
    // is optional.
    this.#last.catch(() => {});
    return before;
  }
}
