/** Milliseconds in which every turn of the event loop polls: short waits are noticed at once. */
const eagerTime = 0.2;
/**
 * Naps take this part of what was waited so far: a result is noticed at most so much later than it
 * could be.
 */
const napPart = 0.1;
/** Milliseconds; the event loop stands still for a nap. */
const longestNap = 2;

/** Nobody ever wakes who waits for it. */
const untouched = new Int32Array(new SharedArrayBuffer(4));

let waits = 0;
let napping = false;
let lastBegan = 0;

/**
 * Waits for a promise of Dawn without burning a core. While one is pending, Dawn polls at every
 * turn of Node's event loop, and so takes a core from a software adapter, or from whatever else the
 * machine does. Here each turn begins with a nap, so that turns become few.
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
