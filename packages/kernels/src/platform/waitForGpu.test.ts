import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitForGpu } from './waitForGpu.ts';

let clock = 0;
let nextTurn: (() => void)[] = [];
let naps: number[] = [];

/**
 * One turn of the event loop: all that was scheduled before it, and what of promises follows from
 * each.
 */
async function turn(): Promise<void> {
  const callbacks = nextTurn;
  nextTurn = [];
  for (const callback of callbacks) {
    callback();
    for (let microtask = 0; microtask < 10; microtask++) await Promise.resolve();
  }
  clock += 0.01;
}

/** A promise as Dawn makes them: looked after at every turn until so many milliseconds are over. */
function polled(milliseconds: number): { promise: Promise<string>; turns: () => number } {
  const end = clock + milliseconds;
  let turns = 0;
  const promise = new Promise<string>((resolve) => {
    const poll = () => {
      turns++;
      if (clock >= end) resolve('done');
      else setImmediate(poll);
    };
    setImmediate(poll);
  });
  return { promise, turns: () => turns };
}

describe('waitForGpu', () => {
  beforeEach(() => {
    [clock, nextTurn, naps] = [0, [], []];
    vi.stubGlobal('setImmediate', (callback: () => void) => void nextTurn.push(callback));
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    vi.spyOn(Atomics, 'wait').mockImplementation((...[, , , milliseconds]) => {
      naps.push(milliseconds as number);
      clock += milliseconds as number;
      return 'timed-out';
    });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  async function untilSettled(promise: Promise<unknown>): Promise<void> {
    let settled = false;
    void Promise.allSettled([promise]).then(() => (settled = true));
    while (!settled) await turn();
    // The last turn finds that nobody waits, and schedules no other.
    await turn();
  }

  it('polls short waits at every turn', async () => {
    const { promise } = polled(0.15);
    await untilSettled(waitForGpu(promise));
    expect(naps).toEqual([]);
    expect(nextTurn).toEqual([]);
  });

  it.each([5, 50, 500])('naps through most of %i ms, and is hardly late', async (milliseconds) => {
    const { promise, turns } = polled(milliseconds);
    const waiting = waitForGpu(promise);
    await untilSettled(waiting);
    expect(await waiting).toBe('done');
    expect(clock).toBeLessThan(1.1 * milliseconds + 0.05);
    expect(clock).toBeLessThan(milliseconds + 2.05);
    // 20 turns before the first nap; naps that grow by a tenth; then one of two milliseconds after
    // the other.
    expect(turns()).toBeLessThan(20 + 50 + milliseconds / 2);
    expect(nextTurn).toEqual([]);
  });

  it('takes one nap a turn for any number of waits, as short as the last of them needs', async () => {
    const long = polled(100);
    const first = waitForGpu(long.promise);
    while (clock < 50) await turn();
    expect(naps.at(-1)).toBe(2);
    const short = polled(2);
    const second = waitForGpu(short.promise);
    const before = naps.length;
    await untilSettled(second);
    expect(Math.max(...naps.slice(before))).toBeLessThan(0.22);
    expect(naps.length - before).toBeLessThan(short.turns());
    await untilSettled(first);
    expect(clock).toBeLessThan(102.05);
  });

  it('passes failures on', async () => {
    const failed = waitForGpu(Promise.reject(new Error('the device is lost')));
    await untilSettled(failed);
    expect(nextTurn).toEqual([]);
    await expect(failed).rejects.toThrow('the device is lost');
  });
});
