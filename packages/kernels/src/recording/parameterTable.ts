import { KernelArgumentError } from '../device/given.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import type { GPUBuffer, GPUDevice } from '../device/webGpuTypes.ts';

/** WebGPU's default and upper bound for the alignment of dynamic uniform offsets. */
export const parameterBlockBytes = 256;
const wordsPerBlock = parameterBlockBytes / 4;
const blockCount = 32768;

/** Twice the number of blocks, so that the hash table has few collisions. */
const placeCount = 2 * blockCount;

/**
 * Parameter blocks of dispatches in one uniform buffer, each distinct block once: the shapes of a
 * model's steps repeat. A bind group holds the whole table, and a dispatch selects its block by a
 * dynamic offset, so that a new token count makes no new bind group.
 *
 * Blocks are found by hashing their numbers: most dispatches of a step need a look-up, as token
 * counts differ from batch to batch.
 */
export class ParameterTable {
  readonly buffer: GPUBuffer;
  readonly #device: GPUDevice;
  // Signed, as those are compared and hashed without a conversion to floating point.
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  /** How many numbers a block has. */
  readonly #lengths = new Uint8Array(blockCount + 1);
  /** Hash table with linear probing: block indices from 1; 0 is free. */
  readonly #places = new Uint32Array(placeCount);
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
    // The numbers that are looked up lie after the last block.
    this.#words = new Int32Array(wordsPerBlock * (blockCount + 1));
    this.#floats = new Float32Array(this.#words.buffer);
  }

  /** Incremented when the table starts afresh, which invalidates earlier offsets. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether no block is free; the table then starts afresh at the next submit. */
  get full(): boolean {
    return this.#used === blockCount;
  }

  /** Byte offset of the block with these values. @throws KernelArgumentError for too many */
  offsetOf(kernel: string, integers: readonly number[], floats: readonly number[]): number {
    const length = integers.length + floats.length;
    if (length > wordsPerBlock) {
      throw new KernelArgumentError(`kernel ${kernel}: ${length} parameters do not fit ${parameterBlockBytes} bytes`);
    }
    const words = this.#words;
    const first = this.#used * wordsPerBlock;
    let word = first;
    for (let index = 0; index < integers.length; index++) words[word++] = integers[index] as number;
    for (let index = 0; index < floats.length; index++) this.#floats[word++] = floats[index] as number;
    let hash = length;
    for (word = first; word < first + length; word++) {
      hash = Math.imul(hash ^ (words[word] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let place = (hash >>> 0) % placeCount;
    for (let block = this.#places[place] as number; block !== 0; block = this.#places[place] as number) {
      if (this.#equals(block - 1, first, length)) return parameterBlockBytes * (block - 1);
      place = (place + 1) % placeCount;
    }
    this.#places[place] = this.#used + 1;
    this.#lengths[this.#used] = length;
    this.#used += 1;
    return 4 * first;
  }

  /** Writes new blocks to the GPU. Called before the submit of commands that use them. */
  upload(): void {
    if (this.#uploaded === this.#used) return;
    const first = this.#uploaded * wordsPerBlock;
    this.#device.queue.writeBuffer(this.buffer, 4 * first, this.#words, first, this.#used * wordsPerBlock - first);
    this.#uploaded = this.#used;
  }

  /**
   * Forgets every block. Only legal right after a submit: the blocks of recorded commands must not
   * be overwritten.
   */
  reset(): void {
    this.#places.fill(0);
    this.#generation += 1;
    this.#used = 0;
    this.#uploaded = 0;
  }

  destroy(): void {
    this.buffer.destroy();
  }

  /** Whether a block has the numbers at these words. */
  #equals(block: number, first: number, length: number): boolean {
    if (this.#lengths[block] !== length) return false;
    const words = this.#words;
    const start = block * wordsPerBlock;
    for (let index = 0; index < length; index++) if (words[start + index] !== words[first + index]) return false;
    return true;
  }
}
