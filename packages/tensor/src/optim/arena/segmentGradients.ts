import type { GpuArray } from '@attune/kernels';
import type { GradPlace } from '../../autograd/gradPlace.ts';
import type { Device } from '../../device.ts';

export interface SegmentGradientsOptions {
  /** Elements. */
  readonly length: number;
  readonly label: string;
  /**
   * Whether places cover all elements and first gradients are written, not added, so that memory
   * need not be cleared before.
   */
  readonly isWritten: boolean;
}

/**
 * The gradients of an arena's segment side by side. They have memory from the first gradient that
 * comes until they are let go, so that the results of a forward pass find room there.
 */
export class SegmentGradients {
  readonly #device: Device;
  readonly #options: SegmentGradientsOptions;
  readonly #places: Place[] = [];
  #array: GpuArray | null = null;
  /** Whether the memory was taken by what is only prepared: all of it is zero. */
  #isPrepared = false;

  constructor(device: Device, options: SegmentGradientsOptions) {
    this.#device = device;
    this.#options = options;
  }

  /** All of them: zeros where none came yet. */
  get array(): GpuArray {
    const array = this.take();
    if (this.#options.isWritten) for (const place of this.#places) place.sum();
    return array;
  }

  /** Where a parameter's gradient lies. */
  placeOf(offset: number, size: number, name: string): GradPlace {
    const place = new Place(this, this.#device, (array) => array.view(offset, size, `gradients of ${name}`));
    this.#places.push(place);
    return place;
  }

  /** Gives the memory back. */
  release(): void {
    if (!this.#array) return;
    this.#device.release(this.#array);
    this.#array = null;
    for (const place of this.#places) place.forget();
  }

  /** The memory, as it is. For places, as what follows. */
  take(): GpuArray {
    if (this.#array) return this.#array;
    const device = this.#device;
    const { length, label, isWritten } = this.#options;
    const isPrepared = device.preparing;
    // What is only prepared is not run, and so writes and clears nothing.
    const array = isPrepared
      ? device.allocatePersistent('f32', length, label)
      : device.allocate('f32', length, label, true);
    device.retain(array);
    if (!isWritten) device.clear(array);
    else for (const place of this.#places) place.isUnwritten = true;
    this.#isPrepared = isPrepared;
    return (this.#array = array);
  }

  get hasMemory(): boolean {
    return this.#array !== null;
  }

  get isWritten(): boolean {
    return this.#options.isWritten;
  }

  /** Whether the memory will have what is recorded now, or is zero without it. */
  get counts(): boolean {
    return this.#isPrepared || !this.#device.preparing;
  }
}

class Place implements GradPlace {
  /** Whether the memory holds anything, as no gradient came. */
  isUnwritten = false;
  readonly #segment: SegmentGradients;
  readonly #device: Device;
  readonly #viewOf: (array: GpuArray) => GpuArray;
  #view: GpuArray | null = null;

  constructor(segment: SegmentGradients, device: Device, viewOf: (array: GpuArray) => GpuArray) {
    this.#segment = segment;
    this.#device = device;
    this.#viewOf = viewOf;
  }

  get starts(): boolean {
    return this.isUnwritten || (this.#segment.isWritten && !this.#segment.hasMemory);
  }

  start(): GpuArray | null {
    return this.starts ? this.#written(false) : null;
  }

  sum(): GpuArray {
    return this.#view && !this.isUnwritten ? this.#view : this.#written(true);
  }

  clear(): void {
    if (this.#view && !this.isUnwritten) this.#device.clear(this.#view);
  }

  forget(): void {
    this.#view = null;
    this.isUnwritten = false;
  }

  /** The memory, for what comes now. */
  #written(isAdded: boolean): GpuArray {
    const view = (this.#view ??= this.#viewOf(this.#segment.take()));
    if (isAdded && this.isUnwritten) this.#device.clear(view);
    if (this.#segment.counts) this.isUnwritten = false;
    return view;
  }
}
