import type { GpuArray } from '@attune/kernels';
import type { GradPlace } from '../../autograd/gradPlace.ts';
import type { Device } from '../../device.ts';

export interface SegmentGradientsOptions {
  /** Elements. */
  readonly length: number;
  readonly label: string;
  /**
   * Whether places cover all elements and first gradients are written, not added, so that memory
   * need not be cleared.
   */
  readonly isWritten: boolean;
}

/**
 * The gradients of an arena's segment side by side. They have memory from the first gradient until
 * they are released, so that a forward pass can use it for its results.
 */
export class SegmentGradients {
  readonly #device: Device;
  readonly #options: SegmentGradientsOptions;
  readonly #places: Place[] = [];
  #array: GpuArray | null = null;
  /** Whether the memory was allocated while preparing, and so is all zeros. */
  #isPrepared = false;

  constructor(device: Device, options: SegmentGradientsOptions) {
    this.#device = device;
    this.#options = options;
  }

  /** The whole memory, with zeros where there is no gradient yet. */
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

  /** Releases the memory. */
  release(): void {
    if (!this.#array) return;
    this.#device.release(this.#array);
    this.#array = null;
    for (const place of this.#places) place.forget();
  }

  /** The memory with its present content. For places, as are the members below. */
  take(): GpuArray {
    if (this.#array) return this.#array;
    const device = this.#device;
    const { length, label, isWritten } = this.#options;
    const isPrepared = device.preparing;
    // While preparing, kernels do not run, and so neither write nor clear.
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

  /** Whether commands recorded now will run, or the memory is zero anyway. */
  get counts(): boolean {
    return this.#isPrepared || !this.#device.preparing;
  }
}

class Place implements GradPlace {
  /** Whether the content is undefined, as there is no gradient yet. */
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

  /** The memory, for the gradient that comes now. */
  #written(isAdded: boolean): GpuArray {
    const view = (this.#view ??= this.#viewOf(this.#segment.take()));
    if (isAdded && this.isUnwritten) this.#device.clear(view);
    if (this.#segment.counts) this.isUnwritten = false;
    return view;
  }
}
