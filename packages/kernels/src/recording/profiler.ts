import { loadProfileRows } from '../device/given.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import type {
  GPUCommandEncoder,
  GPUDevice,
  GPUComputePassTimestampWrites,
  GPUQuerySet,
} from '../device/webGpuTypes.ts';
import type { ProfileRow, TakenTimes, TimedDispatch } from './profileRows.ts';

const maxTimestamps = 4096;

/** Times every dispatch with a pass of its own, by GPU timestamps. */
export class Profiler {
  readonly #device: GPUDevice;
  readonly #querySet: GPUQuerySet;
  readonly #taken: TakenTimes[] = [];
  #timed: TimedDispatch[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#querySet = device.createQuerySet({ label: 'profile', type: 'timestamp', count: maxTimestamps });
  }

  /** Whether the recorded commands must be submitted before another dispatch can be timed. */
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
   * The table, the slowest kernel first. To be called when the GPU is done: a pending promise of
   * Dawn takes a core from the work that is timed.
   */
  async rows(): Promise<ProfileRow[]> {
    const { profileRows } = await loadProfileRows();
    this.#querySet.destroy();
    return profileRows(this.#taken);
  }
}
