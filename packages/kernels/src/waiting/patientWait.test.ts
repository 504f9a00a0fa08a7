import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PatientWait } from './patientWait.ts';

/** Waits for work that takes so many milliseconds from now on. Returns how long was waited, and how much of that with a promise pending. */
async function waitFor(wait: PatientWait, milliseconds: number, usual = true): Promise<{ waited: number; pending: number }> {
  const began = performance.now();
  let pending = 0;
  const start = async () => {
    const left = Math.max(0, began + milliseconds - performance.now());
    pending = left;
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  };
  const done = wait.until(start, { busy: true, usual });
  await vi.runAllTimersAsync();
  await done;
  return { waited: performance.now() - began, pending };
}

describe('PatientWait', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sleeps through most of a wait once it knows how long waits are', async () => {
    const wait = new PatientWait();
    for (let known = 0; known < 2; known++) expect((await waitFor(wait, 100)).pending).toBe(100);
    for (let repeat = 0; repeat < 5; repeat++) expect(await waitFor(wait, 100)).toEqual({ waited: 100, pending: 10 });
  });

  it('is not misled by one long wait', async () => {
    const wait = new PatientWait();
    for (const milliseconds of [100, 100, 5000, 100]) expect((await waitFor(wait, milliseconds)).waited).toBe(milliseconds);
  });

  it('learns nothing from waits in which kernels were compiled', async () => {
    const wait = new PatientWait();
    for (let compiling = 0; compiling < 3; compiling++) await waitFor(wait, 10_000, false);
    for (let repeat = 0; repeat < 4; repeat++) expect((await waitFor(wait, 50)).waited).toBe(50);
    expect((await waitFor(wait, 10_000, false)).waited).toBe(10_000);
    expect(await waitFor(wait, 50)).toEqual({ waited: 50, pending: 5 });
  });

  it('forgets several long waits within a few', async () => {
    const wait = new PatientWait();
    for (let long = 0; long < 2; long++) await waitFor(wait, 10_000);
    for (let repeat = 0; repeat < 4; repeat++) await waitFor(wait, 50);
    for (let repeat = 0; repeat < 4; repeat++) expect((await waitFor(wait, 50)).waited).toBe(50);
  });

  it('sleeps neither where the GPU has nothing to do nor for moments', async () => {
    const wait = new PatientWait();
    for (let repeat = 0; repeat < 4; repeat++) expect((await waitFor(wait, 2)).pending).toBe(2);
    for (let known = 0; known < 2; known++) await waitFor(wait, 100);
    const start = vi.fn<() => Promise<number>>(async () => 7);
    expect(await wait.until(start, { busy: false, usual: true })).toBe(7);
    expect(start).toHaveBeenCalledOnce();
  });
});
