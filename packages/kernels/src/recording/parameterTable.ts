import { bufferUsage } from '../memory/bufferUsage.ts';

const slotBytes = 256;
const slotsPerBuffer = 1024;
/** Above this many different parameter blocks the table starts afresh at the next submit: what grows must also shrink. */
const maxSlots = 65536;

export interface ParameterSlot {
  readonly buffer: GPUBuffer;
  readonly offset: number;
}

/**
 * Parameter blocks, one for each bind group, written once and kept: the shapes and buffers of a model's steps repeat, so a steady step writes
 * nothing and its bind groups stay cached.
 */
export class ParameterTable {
  readonly #device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];
  readonly #words = new ArrayBuffer(slotBytes);
  readonly #integers = new Uint32Array(this.#words);
  readonly #floats = new Float32Array(this.#words);
  #used = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get full(): boolean {
    return this.#used >= maxSlots;
  }

  /** Writes a new block and returns where it lies. */
  write(integers: readonly number[], floats: readonly number[]): ParameterSlot {
    const number = this.#used++;
    const page = Math.floor(number / slotsPerBuffer);
    const buffer = (this.#buffers[page] ??= this.#device.createBuffer({
      label: `parameters ${page}`,
      size: slotBytes * slotsPerBuffer,
      usage: bufferUsage.uniform | bufferUsage.copyTarget,
    }));
    const offset = (number % slotsPerBuffer) * slotBytes;
    this.#integers.set(integers);
    this.#floats.set(floats, integers.length);
    const bytes = Math.max(16, Math.ceil((integers.length + floats.length) / 4) * 16);
    this.#device.queue.writeBuffer(buffer, offset, this.#words, 0, bytes);
    return { buffer, offset };
  }

  /** Forgets every block. Only legal right after a submit: the blocks of recorded commands must not be overwritten. */
  reset(): void {
    this.#used = 0;
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }
}

export const parameterSlotBytes = slotBytes;
