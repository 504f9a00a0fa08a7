import type { GPUBuffer } from '../device/webGpuTypes.ts';

/** One kernel's share of a profiled stretch. */
export interface ProfileRow {
  /** Key of the program. */
  readonly kernel: string;
  /** Dispatches. */
  readonly calls: number;
  /** Time of all calls together, by the GPU's clock. */
  readonly milliseconds: number;
  /** GFLOP/s; 0 where the kernel states no work. */
  readonly gflopsPerSecond: number;
  /** GB/s; 0 where the kernel states no bytes. */
  readonly gigabytesPerSecond: number;
  /** Share of the time of all rows, from 0 to 1. */
  readonly share: number;
}

/** A dispatch that is timed. */
export interface TimedDispatch {
  readonly kernel: string;
  readonly flops: number;
  readonly bytes: number;
}

/** Times of dispatches, to be read back. */
export interface TakenTimes {
  readonly timed: readonly TimedDispatch[];
  readonly resolved: GPUBuffer;
  readonly times: GPUBuffer;
}

/** Reads the times back and adds them up by kernel, the slowest first. */
export async function profileRows(taken: readonly TakenTimes[]): Promise<ProfileRow[]> {
  const totals = new Map<string, Total>();
  for (const { timed, resolved, times } of taken) {
    await times.mapAsync(1);
    add(totals, timed, new BigInt64Array(times.getMappedRange()));
    times.destroy();
    resolved.destroy();
  }
  const sum = [...totals.values()].reduce((total, { nanoseconds }) => total + nanoseconds, 0);
  return [...totals]
    .map(([kernel, { calls, nanoseconds, flops, bytes }]) => ({
      kernel,
      calls,
      milliseconds: nanoseconds / 1e6,
      gflopsPerSecond: nanoseconds > 0 ? flops / nanoseconds : 0,
      gigabytesPerSecond: nanoseconds > 0 ? bytes / nanoseconds : 0,
      share: sum > 0 ? nanoseconds / sum : 0,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

interface Total {
  calls: number;
  nanoseconds: number;
  flops: number;
  bytes: number;
}

function add(totals: Map<string, Total>, timed: readonly TimedDispatch[], times: BigInt64Array): void {
  for (const [index, { kernel, flops, bytes }] of timed.entries()) {
    const total = totals.get(kernel) ?? { calls: 0, nanoseconds: 0, flops: 0, bytes: 0 };
    total.calls += 1;
    total.nanoseconds += Number((times[2 * index + 1] as bigint) - (times[2 * index] as bigint));
    total.flops += flops;
    total.bytes += bytes;
    totals.set(kernel, total);
  }
}
