import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import type { GradPlace } from './gradPlace.ts';
import { GraphNode } from './tape.ts';

/**
 * The gradient that a tensor keeps between calls of `backward()`: in memory of its own, or where an
 * optimizer has placed it.
 */
export class KeptGradient {
  /** When it was last replaced, shared with the tensors that `grad` returns. */
  readonly changes = { at: 0 };
  /** Whether there is a gradient since it was last cleared, or its memory released. */
  exists = false;
  readonly #device: Device;
  #own: GpuArray | null = null;
  #place: GradPlace | null = null;

  constructor(device: Device) {
    this.#device = device;
  }

  /** The gradient, or null if there is none. */
  get array(): GpuArray | null {
    return this.exists ? (this.#place?.sum() ?? this.#own) : null;
  }

  /** Whether `start` would return memory of an optimizer. */
  get startsInPlace(): boolean {
    return this.#place?.starts === true;
  }

  /**
   * The memory of the gradient, zeroed if there was none.
   *
   * @param values those of the tensor
   */
  ensure(values: GpuArray): GpuArray {
    this.changes.at = GraphNode.next;
    this.exists = true;
    return this.#place?.sum() ?? (this.#own ??= this.#zeros(values));
  }

  /**
   * Memory for a first gradient, which is written rather than added to; null where there is memory
   * already.
   *
   * @param values those of the tensor
   * @param given pooled memory that already holds the gradient. Default: new memory
   */
  start(values: GpuArray, given?: GpuArray): GpuArray | null {
    const started = this.#place ? (given ? null : this.#place.start()) : this.#startOwn(values, given);
    if (started) this.exists = true;
    return started;
  }

  /** Releases the gradient. */
  clear(): void {
    if (this.exists) this.#place?.clear();
    this.changes.at = GraphNode.next;
    this.exists = false;
    this.#releaseOwn();
  }

  /**
   * Moves an existing gradient to a place of an optimizer; null for memory of its own again,
   * without a gradient.
   */
  moveTo(place: GradPlace | null): void {
    const moved = place && this.array;
    if (moved) this.#device.copy(moved, place.start() ?? place.sum());
    this.#place = place;
    this.exists = moved !== null;
    this.#releaseOwn();
  }

  #startOwn({ length, elementType, label }: GpuArray, given?: GpuArray): GpuArray | null {
    // While preparing, kernels do not run and the memory must hold zeros.
    if (this.#own || elementType !== 'f32' || this.#device.preparing) return null;
    this.#own = given ?? this.#device.allocate('f32', length, `gradient of ${label}`);
    this.#device.retain(this.#own);
    return this.#own;
  }

  #zeros({ length, label }: GpuArray): GpuArray {
    // While preparing, kernels do not run and new memory must hold the zeros.
    if (this.#device.preparing) return this.#device.allocatePersistent('f32', length, `gradient of ${label}`);
    // Pooled, as a buffer that is destroyed ends what is recorded and all bind groups.
    const zeros = this.#device.allocate('f32', length, `gradient of ${label}`, true);
    this.#device.retain(zeros);
    this.#device.clear(zeros);
    return zeros;
  }

  #releaseOwn(): void {
    if (this.#own) this.#device.release(this.#own);
    this.#own = null;
  }
}
