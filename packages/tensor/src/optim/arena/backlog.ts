import type { Device } from '../../device.ts';

/** Lets those who await it run no more than one update ahead of the GPU. */
export class Backlog {
  readonly #device: Device;
  #last: Promise<void> = Promise.resolve();

  constructor(device: Device) {
    this.#device = device;
  }

  /**
   * Notes what was just submitted. The promise ends when all that was submitted before it has run.
   */
  add(): Promise<void> {
    const before = this.#last;
    this.#last = this.#device.idle();
    // Whoever awaits a later update, or reads anything, is told; nobody need await this one.
    this.#last.catch(() => {});
    return before;
  }
}
