import { bufferUsage } from '../memory/bufferUsage.ts';
import type { GPUCommandEncoder, GPUDevice, GPUComputePassTimestampWrites } from '../device/webGpuTypes.ts';

/** One kernel's share of a profiled stretch. */
export interface ProfileRow {
  /** Key of the program. */
  readonly kernel: string;
  /** Dispatches. */
  readonly calls: number;
  /** Of all calls together, on the GPU's clock. */
  readonly milliseconds: number;
  /** 0 where the kernel states no work. */
  readonly gflopsPerSecond: number;
  /** 0 where the kernel states no bytes. */
  readonly gigabytesPerSecond: number;
  /** Part of the sum of all rows, 0 to 1. */
  readonly share: number;
}

const maxTimestamps = 4096;

interface TimedDispatch {
  readonly kernel: string;
  readonly flops: number;
  readonly bytes: number;
}

/** Times every dispatch with a pass of its own, by GPU timestamps. */
export class Profiler {
  readonly #device: GPUDevice;
  readonly #querySet: GPUQuerySet;
  readonly #taken: {
    readonly timed: readonly TimedDispatch[];
    readonly resolved: GPUBuffer;
    readonly times: GPUBuffer;
  }[] = [];
  readonly #totals = new Map<string, { calls: number; nanoseconds: number; flops: number; bytes: number }>();
  #timed: TimedDispatch[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#querySet = device.createQuerySet({ label: 'profile', type: 'timestamp', count: maxTimestamps });
  }

  /**
   * True when the commands recorded so far must be submitted before another dispatch can be timed.
   */
  get full(): boolean {
    return 2 * (this.#timed.length + 1) > maxTimestamps;
  }

  time(kernel: string, work: { flops?: number; bytes?: number } = {}): GPUComputePassTimestampWrites {
    const index = 2 * this.#timed.length;
    this.#timed.push({ kernel, flops: work.flops ?? 0, bytes: work.bytes ?? 0 });
    return { querySet: this.#querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
  }

  /** Records the copy of the times taken so far to where `rows` reads them. */
  resolve(encoder: GPUCommandEncoder): void {
    const timed = this.#timed;
    this.#timed = [];
    if (timed.length === 0) return;
    const size = 16 * timed.length;
    const resolved = this.#device.createBuffer({
      label: 'profile',
      size,
      usage: bufferUsage.queryResolve | bufferUsage.copySource,
    });
    const times = this.#device.createBuffer({
      label: 'profile',
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
    });
    encoder.resolveQuerySet(this.#querySet, 0, 2 * timed.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, times, 0, size);
    this.#taken.push({ timed, resolved, times });
  }

  /**
   * The table, slowest kernel first. To be called when the GPU is done: a pending promise of Dawn
   * takes a core from what is being timed.
   */
  async rows(): Promise<ProfileRow[]> {
    for (const { timed, resolved, times } of this.#taken) {
      await times.mapAsync(1);
      this.#add(timed, new BigInt64Array(times.getMappedRange()));
      times.destroy();
      resolved.destroy();
    }
    this.#querySet.destroy();
    const sum = [...this.#totals.values()].reduce((total, { nanoseconds }) => total + nanoseconds, 0);
    return [...this.#totals]
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

  #add(timed: readonly TimedDispatch[], times: BigInt64Array): void {
    for (const [index, { kernel, flops, bytes }] of timed.entries()) {
      const total = this.#totals.get(kernel) ?? { calls: 0, nanoseconds: 0, flops: 0, bytes: 0 };
      total.calls += 1;
      total.nanoseconds += Number((times[2 * index + 1] as bigint) - (times[2 * index] as bigint));
      total.flops += flops;
      total.bytes += bytes;
      this.#totals.set(kernel, total);
    }
  }
}
