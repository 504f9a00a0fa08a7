import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

/**
 * V8's collector, which is exposed only behind a flag; contexts created after setting it have it.
 */
function findCollector(): () => void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc) return gc;
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc') as () => void;
  } catch {
    return () => {};
  }
}

/** Collects garbage and waits for the turn in which finalization registries are called. */
export async function collectGarbage(): Promise<void> {
  collect ??= findCollector();
  collect();
  await setImmediate();
  await setImmediate();
}
