/** Sleeps shorter than this are not worth a timer. */
const shortestSleep = 2;
/** Part of the predicted time that is slept through. */
const sleptPart = 0.9;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Waits for the GPU without burning a core. In Node a pending Dawn promise polls the event loop at full speed, which takes a core from a
 * software adapter; so most of the predicted time is slept through before the promise is made.
 */
export class PatientWait {
  #predicted = 0;

  /**
   * @param start makes the promise to wait for; called after the sleep
   * @param busy whether the GPU has work; nothing is slept when it has none
   */
  async until<T>(start: () => Promise<T>, busy: boolean): Promise<T> {
    if (!busy) return start();
    const began = performance.now();
    const slept = this.#predicted * sleptPart >= shortestSleep;
    if (slept) await sleep(this.#predicted * sleptPart);
    const waited = performance.now();
    const result = await start();
    const end = performance.now();
    // A promise that is fulfilled at once says that the sleep was too long, not how much: guess shorter until it is not.
    this.#predicted = slept && end - waited < 0.5 ? this.#predicted * 0.7 : end - began;
    return result;
  }
}
