/** Sleeps shorter than this are not worth a timer. */
const shortestSleep = 2;
/** Part of the predicted time that is slept through. */
const sleptPart = 0.9;
/** Part of a guess that is kept when it was too long for the first time in a row. */
const firstShortening = 0.7;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Waits for the GPU without burning a core. In Node a pending Dawn promise polls the event loop at full speed, which takes a core from a
 * software adapter; so most of the predicted time is slept through before the promise is made.
 */
export class PatientWait {
  #lastWait = 0;
  #waitBefore = 0;
  /** How much to shorten a guess that was too long: more each time in a row, so that a few long waits are soon forgotten. */
  #shortening = firstShortening;

  /**
   * @param start makes the promise to wait for; called after the sleep
   * @param busy whether the GPU has work; nothing is slept when it has none
   * @param usual whether this wait is like others: one in which kernels are compiled may take seconds longer, and says nothing about the next
   */
  async until<T>(start: () => Promise<T>, { busy, usual }: { readonly busy: boolean; readonly usual: boolean }): Promise<T> {
    if (!busy) return start();
    const began = performance.now();
    // The shorter of the last two, so that one long wait misleads nobody.
    const predicted = Math.min(this.#lastWait, this.#waitBefore) * sleptPart;
    if (predicted >= shortestSleep) await sleep(predicted);
    const woke = performance.now();
    const result = await start();
    const end = performance.now();
    if (!usual) return result;
    // A promise that is fulfilled at once says that the sleep was too long, not by how much: guess shorter until it is not.
    const tooLong = predicted >= shortestSleep && end - woke < 0.5;
    this.#waitBefore = this.#lastWait;
    this.#lastWait = tooLong ? predicted * this.#shortening : end - began;
    this.#shortening = tooLong ? this.#shortening / 2 : firstShortening;
    return result;
  }
}
