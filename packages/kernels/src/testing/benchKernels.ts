import { bench, describe } from 'vitest';
import { loadVariants } from '../device/variantLoaders.ts';
import { openDevice } from '../openDevice.ts';
import type { Gpu } from '../gpu.ts';

/** Named stretches of recording to time. Arrays that they use are made by the caller, once. */
export type BenchCases = Readonly<Record<string, () => void>>;

const repeats = 10;
const copiedFloats = 2 ** 22;

/**
 * Times kernels by GPU timestamps, each case ten times after one warm-up, and prints a line per
 * kernel: microseconds a call, GB/s, GFLOP/s, and the part of the bandwidth that a copy of 16 MiB
 * reaches on this adapter in the same run. Run with `npx vitest bench NAME`.
 *
 * @param prepare makes the cases on the device
 */
export function benchKernels(title: string, prepare: (gpu: Gpu) => BenchCases): void {
  describe(title, () => {
    bench(
      title,
      async () => {
        const gpu = await openDevice();
        await loadVariants();
        const [source, target] = [
          gpu.allocatePersistent('f32', copiedFloats, 'source'),
          gpu.allocatePersistent('f32', copiedFloats, 'target'),
        ];
        const cases = { 'copy of 16 MiB': () => gpu.copy(source, target), ...prepare(gpu) };
        let ceiling = 0;
        for (const [name, record] of Object.entries(cases)) {
          record();
          await gpu.idle();
          gpu.startProfiling();
          for (let repeat = 0; repeat < repeats; repeat++) record();
          const rows = await gpu.stopProfiling();
          ceiling ||= rows[0]?.gigabytesPerSecond ?? 0;
          for (const { kernel, calls, milliseconds, gigabytesPerSecond, gflopsPerSecond } of rows) {
            const speed = [
              `${gigabytesPerSecond.toFixed(2)} GB/s`,
              `${((100 * gigabytesPerSecond) / ceiling).toFixed(0)} % of copy`,
            ];
            if (gflopsPerSecond > 0) speed.push(`${gflopsPerSecond.toFixed(1)} GFLOP/s`);
            console.log(`${name} | ${kernel}: ${((1000 * milliseconds) / calls).toFixed(0)} us, ${speed.join(', ')}`);
          }
        }
        gpu.destroy();
      },
      { iterations: 1, warmupIterations: 0, time: 0, warmupTime: 0 },
    );
  });
}
