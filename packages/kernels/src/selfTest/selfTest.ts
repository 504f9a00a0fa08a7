import type { Gpu } from '../gpu.ts';
import { checkAttention } from './checkAttention.ts';
import { checkGemm } from './checkGemm.ts';
import type { VariantCheck } from './variantCheck.ts';

/**
 * A room's checks of the variants that it would choose on this device; none where it would choose
 * the portable one.
 */
export type RoomCheck = (gpu: Gpu) => Promise<VariantCheck[]>;

const rooms: readonly RoomCheck[] = [checkGemm, checkAttention];
const checked = new WeakMap<Gpu, Promise<readonly string[]>>();

/**
 * Runs every fast variant that this device would get on a small input and compares it with the
 * portable one; those that disagree are not chosen any more (`gpu.disabledVariants`). Drivers
 * differ, and a wrong product is worse than a slow one. Once for each device; later calls return
 * the first result.
 *
 * @param warn told about each variant that disagrees
 * @returns the names of the variants that disagree
 */
export function selfTest(gpu: Gpu, warn: (message: string) => void = console.warn): Promise<readonly string[]> {
  let running = checked.get(gpu);
  if (!running) checked.set(gpu, (running = check(gpu, warn)));
  return running;
}

async function check(gpu: Gpu, warn: (message: string) => void): Promise<readonly string[]> {
  for (const room of rooms) {
    for (const { name, actual, expected, tolerance } of await room(gpu)) {
      const difference = actual.reduce((most, value, index) => {
        const distance = Math.abs(value - (expected[index] as number));
        return distance <= most ? most : distance;
      }, 0);
      if (difference <= tolerance || gpu.disabledVariants.has(name)) continue;
      gpu.disabledVariants.add(name);
      warn(
        `The fast kernel "${name}" gives wrong results on ${gpu.info.description || gpu.info.architecture || 'this adapter'} (off by ${difference}); a slower one is used instead.`,
      );
    }
  }
  return [...gpu.disabledVariants];
}
