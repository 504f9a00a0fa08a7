/** Yields to timers, signals and other work from time to time. */
export class LongWork {
  #last = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#last < 50) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#last = performance.now();
  }
}
