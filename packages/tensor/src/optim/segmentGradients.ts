import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';

/**
 * The gradients of an arena's segment side by side. They have memory from the first gradient that
 * comes until they are let go, so that the results of a forward pass find room there.
 */
export class SegmentGradients {
  readonly #length: number;
  readonly #device: Device;
  readonly #label: string;
  #array: GpuArray | null = null;

  constructor(device: Device, length: number, label: string) {
    this.#device = device;
    this.#length = length;
    this.#label = label;
  }

  /** All of them: zeros where none came yet. */
  get array(): GpuArray {
    return (this.#array ??= this.#zeroed());
  }

  #zeroed(): GpuArray {
    const device = this.#device;
    // What is only prepared is not run, and so clears nothing.
    const array = device.preparing
      ? device.allocatePersistent('f32', this.#length, this.#label)
      : device.allocate('f32', this.#length, this.#label, true);
    device.retain(array);
    device.clear(array);
    return array;
  }

  /** What gives a parameter its part of them. */
  placeOf(offset: number, size: number, name: string): () => GpuArray {
    return () => this.array.view(offset, size, `gradients of ${name}`);
  }

  /** Gives the memory back. */
  release(): void {
    if (this.#array) this.#device.release(this.#array);
    this.#array = null;
  }
}
