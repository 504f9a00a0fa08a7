import { cast } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../../device.ts';

/**
 * f16 copies of weights that lie side by side, rounded to nearest, ties to even, for products in
 * mixed precision. They have memory from the first read after the weights changed until the last
 * backward pass has read them, so that gradients find room, and are made by one cast. Optimizers
 * keep them: `AdamW` with `fp16`; another gives them to `parameter.setHalfCopies`.
 */
export class HalfCopies {
  readonly #device: Device;
  readonly #weights: GpuArray;
  readonly #label: string;
  #made: Made | null = null;

  /**
   * @param weights f32; whoever changes what they hold calls `outdate`
   * @param label names the memory in errors
   */
  constructor(device: Device, weights: GpuArray, label: string) {
    this.#device = device;
    this.#weights = weights;
    this.#label = label;
  }

  /** The copies of so many weights from element `offset` on, made now where there are none. */
  part(offset: number, length: number): GpuArray {
    return this.#current().part(offset, length);
  }

  /**
   * Keeps the copies for a backward pass, which reads them as they are now.
   *
   * @param stays whether they stay, once it has read them, until the weights change
   * @returns what to call when it has, or never will
   */
  hold(stays: boolean): () => void {
    return this.#current().hold(stays);
  }

  /** Says that the gradients are let go, for which copies stay. */
  needNotStay(): void {
    if (this.#made) this.#made.stays = false;
  }

  /** Says that the weights change: what comes later reads other copies. */
  outdate(): void {
    this.#made?.outdate();
    this.#made = null;
  }

  #current(): Made {
    if (this.#made && !this.#made.array.released) return this.#made;
    const [device, weights] = [this.#device, this.#weights];
    const { length } = weights;
    const array = device.allocate('f16', length, this.#label, true);
    // What is only prepared copies nothing, and so goes with the scope that it is recorded in.
    if (!device.preparing) device.retain(array);
    cast(device, { input: weights, output: array, length });
    return (this.#made = new Made(device, array));
  }
}

/**
 * Copies of the weights between two changes. When graphs that hold them are dropped the garbage
 * collector gives the memory back.
 */
class Made {
  readonly array: GpuArray;
  readonly #device: Device;
  readonly #parts = new Map<number, GpuArray>();
  stays = false;
  #held = 0;

  constructor(device: Device, array: GpuArray) {
    this.#device = device;
    this.array = array;
  }

  part(offset: number, length: number): GpuArray {
    let part = this.#parts.get(offset);
    if (part?.length !== length) this.#parts.set(offset, (part = this.array.view(offset, length)));
    return part;
  }

  hold(stays: boolean): () => void {
    this.#held += 1;
    this.stays ||= stays;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= 1;
      this.#releaseUnheld();
    };
  }

  outdate(): void {
    this.stays = false;
    this.#releaseUnheld();
  }

  #releaseUnheld(): void {
    if (this.#held === 0 && !this.stays) this.#device.release(this.array);
  }
}
