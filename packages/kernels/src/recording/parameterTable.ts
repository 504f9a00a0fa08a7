import { KernelArgumentError } from '../errors.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import type { GPUBuffer, GPUDevice } from '../device/webGpuTypes.ts';

/** WebGPU's default and upper bound for the alignment of dynamic uniform offsets. */
export const parameterBlockBytes = 256;
const wordsPerBlock = parameterBlockBytes / 4;
const blockCount = 32768;

/**
 * Parameter blocks of dispatches in one uniform buffer, each distinct block once: the shapes of a
 * model's steps repeat. A bind group holds the whole table, and a dispatch names its block by a
 * dynamic offset, so that a token count never seen before makes no new bind group.
 */
export class ParameterTable {
  readonly buffer: GPUBuffer;
  readonly #device: GPUDevice;
  readonly #integers: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #offsets = new Map<string, number>();
  #used = 0;
  #uploaded = 0;
  #generation = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.buffer = device.createBuffer({
      label: 'parameters',
      size: parameterBlockBytes * blockCount,
      usage: bufferUsage.uniform | bufferUsage.copyTarget,
    });
    this.#integers = new Uint32Array(wordsPerBlock * blockCount);
    this.#floats = new Float32Array(this.#integers.buffer);
  }

  /** Grows when the table starts afresh: offsets from before are worthless then. */
  get generation(): number {
    return this.#generation;
  }

  /** When no block is free; the table starts afresh at the next submit. */
  get full(): boolean {
    return this.#used === blockCount;
  }

  /** Byte offset of the block with these values. */
  offsetOf(kernel: string, integers: readonly number[], floats: readonly number[]): number {
    const key = `${integers.join()}|${floats.join()}`;
    return this.#offsets.get(key) ?? this.#add(kernel, key, integers, floats);
  }

  /** Writes new blocks to the GPU: before the submit of commands that name them. */
  upload(): void {
    if (this.#uploaded === this.#used) return;
    const first = this.#uploaded * wordsPerBlock;
    this.#device.queue.writeBuffer(this.buffer, 4 * first, this.#integers, first, this.#used * wordsPerBlock - first);
    this.#uploaded = this.#used;
  }

  /**
   * Forgets every block. Only legal right after a submit: the blocks of recorded commands must not
   * be overwritten.
   */
  reset(): void {
    this.#offsets.clear();
    this.#generation += 1;
    this.#used = 0;
    this.#uploaded = 0;
  }

  destroy(): void {
    this.buffer.destroy();
  }

  #add(kernel: string, key: string, integers: readonly number[], floats: readonly number[]): number {
    if (integers.length + floats.length > wordsPerBlock) {
      throw new KernelArgumentError(
        `kernel ${kernel}: ${integers.length + floats.length} parameters do not fit ${parameterBlockBytes} bytes`,
      );
    }
    const word = this.#used * wordsPerBlock;
    this.#integers.set(integers, word);
    this.#floats.set(floats, word + integers.length);
    this.#offsets.set(key, 4 * word);
    this.#used += 1;
    return 4 * word;
  }
}
