import type { Gpu } from '../gpu.ts';
import { checkAttention } from './checkAttention.ts';
import { checkGemm } from './checkGemm.ts';

/** What a fast variant and the portable one made of the same input. */
export interface VariantCheck {
  /** Kernel and variant, such as `gemm subgroupMatrix`. */
  readonly name: string;
  readonly actual: Float32Array;
  readonly expected: Float32Array;
  /** Largest difference that roundings explain. */
  readonly tolerance: number;
}

/** A room's checks of the variants that it would choose on this device; none where it would choose the portable one. */
export type RoomCheck = (gpu: Gpu) => Promise<VariantCheck[]>;

const rooms: readonly RoomCheck[] = [checkGemm, checkAttention];
const checked = new WeakMap<Gpu, Promise<readonly string[]>>();

/**
 * Runs every fast variant that this device would get on a small input and compares it with the portable one; those that disagree are not
 * chosen any more (`gpu.distrusted`). Drivers differ, and a wrong product is worse than a slow one. Once for each device; later calls
 * return the first result.
 *
 * @param warn told about each variant that disagrees
 * @returns the names of the variants that disagree
 */
export function checkVariants(gpu: Gpu, warn: (message: string) => void = console.warn): Promise<readonly string[]> {
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
      if (difference <= tolerance || gpu.distrusted.has(name)) continue;
      gpu.distrusted.add(name);
      warn(
        `The fast kernel "${name}" gives wrong results on ${gpu.info.description || gpu.info.architecture || 'this adapter'} (off by ${difference}); a slower one is used instead.`,
      );
    }
  }
  return [...gpu.distrusted];
}
