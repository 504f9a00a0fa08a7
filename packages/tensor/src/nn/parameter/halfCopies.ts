import { cast } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../../device.ts';

/**
 * f16 copies of weights that lie side by side, rounded to nearest, ties to even, for products in
 * mixed precision. They are made by one cast at the first read after the weights changed, and
 * released when the last backward pass has read them, so that gradients can use the memory.
 * Optimizers own them: `AdamW` with `fp16`; others set them with `parameter.setHalfCopies`.
 */
export class HalfCopies {
  readonly #device: Device;
  readonly #weights: GpuArray;
  readonly #label: string;
  #made: Made | null = null;

  /**
   * @param weights f32; whoever changes their values calls `outdate`
   * @param label name of the memory in errors
   */
  constructor(device: Device, weights: GpuArray, label: string) {
    this.#device = device;
    this.#weights = weights;
    this.#label = label;
  }

  /** The copies of `length` weights from element `offset` on, made now if there are none. */
  part(offset: number, length: number): GpuArray {
    return this.#current().part(offset, length);
  }

  /**
   * Retains the present copies for a backward pass.
   *
   * @param stays whether they are kept after that, until the weights change
   * @returns function to call when the pass has read them, or never will
   */
  hold(stays: boolean): () => void {
    return this.#current().hold(stays);
  }

  /** Notes that gradients were released, so that copies need not be kept for them. */
  needNotStay(): void {
    if (this.#made) this.#made.stays = false;
  }

  /** Notes that the weights change: later reads make new copies. */
  outdate(): void {
    this.#made?.outdate();
    this.#made = null;
  }

  #current(): Made {
    if (this.#made && !this.#made.array.released) return this.#made;
    const [device, weights] = [this.#device, this.#weights];
    const { length } = weights;
    const array = device.allocate('f16', length, this.#label, true);
    // While preparing nothing is copied, so the array is released with its scope.
    if (!device.preparing) device.retain(array);
    cast(device, { input: weights, output: array, length });
    return (this.#made = new Made(device, array));
  }
}

/**
 * Copies of the weights between two changes. If graphs that hold them are dropped, the garbage
 * collector frees the memory.
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
