/** Milliseconds in which every turn of the event loop polls, so that short waits end at once. */
const eagerTime = 0.2;
/**
 * A nap lasts this part of the time waited so far, so that a result is noticed at most this much
 * late.
 */
const napPart = 0.1;
/** Milliseconds; a nap blocks the event loop. */
const longestNap = 2;

/** Never notified: waiting on it is a sleep. */
const untouched = new Int32Array(new SharedArrayBuffer(4));

let waits = 0;
let napping = false;
let lastBegan = 0;

/**
 * Waits for a promise of Dawn without burning a core. While one is pending, Dawn polls at every
 * turn of Node's event loop, and so takes a core from a software adapter or other programs. Here
 * each turn begins with a nap, which makes turns rare.
 */
export async function waitForGpu<T>(pending: Promise<T>): Promise<T> {
  waits++;
  lastBegan = performance.now();
  if (!napping) {
    napping = true;
    setImmediate(nap);
  }
  try {
    return await pending;
  } finally {
    waits--;
  }
}

function nap(): void {
  napping = waits > 0;
  if (!napping) return;
  const waited = performance.now() - lastBegan;
  if (waited > eagerTime) Atomics.wait(untouched, 0, 0, Math.min(longestNap, napPart * waited));
  setImmediate(nap);
}
