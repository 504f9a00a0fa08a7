import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * Collects garbage until a condition holds, for at most five seconds: runtimes call finalizers in a
 * later turn, and Deno not always in one of the next two.
 */
export async function collectGarbage(givenBack: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  for (let turn = 0; turn < 4 || (!givenBack() && performance.now() < end); turn++) {
    collect();
    await setImmediate();
  }
}
