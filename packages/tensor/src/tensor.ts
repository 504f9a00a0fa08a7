import { cast } from '@attune/kernels';
import type { ElementType, GpuArray, HostData } from '@attune/kernels';
import { runBackward } from './autograd/runBackward.ts';
import type { BackwardOptions } from './autograd/runBackward.ts';
import type { GraphNode } from './autograd/tape.ts';
import type { Device } from './device.ts';
import { AutogradError, TensorError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** Element types of tensors. */
export type DType = ElementType;

export interface TensorOptions {
  readonly array: GpuArray;
  readonly shape: Shape;
  readonly device: Device;
  readonly requiresGrad?: boolean;
  /** How the tensor came about, when a gradient can flow back. */
  readonly node?: GraphNode | null;
}

/**
 * An array in GPU memory with a shape, and the memory of how it was computed.
 *
 * The result of an operation belongs to the `device.scope` in which it was computed and is gone
 * after it; outside any scope, `dispose()` (or `using`) gives its memory back.
 */
export class Tensor {
  readonly shape: Shape;
  readonly device: Device;
  requiresGrad: boolean;
  /**
   * The operation that computed this tensor; null for what was given. For the operations of this
   * package.
   */
  readonly node: GraphNode | null;
  #array: GpuArray;
  #gradArray: GpuArray | null = null;

  constructor({ array, shape, device, requiresGrad = false, node = null }: TensorOptions) {
    this.#array = array;
    this.shape = shape;
    this.device = device;
    this.requiresGrad = requiresGrad;
    this.node = node;
  }

  get dtype(): DType {
    return this.#array.elementType;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The memory behind the tensor, for kernels. It may be longer than the tensor. */
  get array(): GpuArray {
    return this.#array;
  }

  /** The memory of the gradient, null while there is none. For kernels and optimizers. */
  get gradArray(): GpuArray | null {
    return this.#gradArray;
  }

  /**
   * The gradient that `backward()` added up, or null. It shares memory with what later calls add
   * to.
   */
  get grad(): Tensor | null {
    return this.#gradArray ? new Tensor({ array: this.#gradArray, shape: this.shape, device: this.device }) : null;
  }

  /** Lets go of the gradient, as `tensor.grad = None` does in PyTorch. */
  clearGrad(): void {
    if (this.#gradArray) this.device.release(this.#gradArray);
    this.#gradArray = null;
  }

  /**
   * The gradient's memory; zeroed when there was none. Only what was given, not computed, keeps a
   * gradient.
   */
  ensureGradArray(): GpuArray {
    this.#gradArray ??= this.device.allocatePersistent('f32', this.#array.length, `gradient of ${this.#array.label}`);
    return this.#gradArray;
  }

  /**
   * Puts other memory behind the tensor, which must hold the same values. For optimizers, which lay
   * parameters side by side.
   */
  moveTo(array: GpuArray, gradArray: GpuArray | null): void {
    this.#array = array;
    this.#gradArray = gradArray;
  }

  /**
   * Adds the gradient of this scalar to `.grad` of every tensor it was computed from that requires
   * one. The operations are forgotten afterwards.
   *
   * @param scale the gradient of this tensor itself, as a number or a scalar on the GPU. Default 1.
   * @param options whether to give back the memory of what was computed on the way
   * @throws AutogradError when this is no scalar, or no gradient can flow from it
   */
  backward(scale: number | Tensor = 1, options: BackwardOptions = {}): void {
    if (this.size !== 1)
      throw new AutogradError(
        `backward() needs a scalar, such as a loss; this tensor has the shape ${formatShape(this.shape)}`,
      );
    if (!this.node) {
      throw new AutogradError(
        'backward(): nothing that this tensor was computed from requires a gradient, or it was computed under noGrad',
      );
    }
    runBackward(this, scale, options);
  }

  /** The values, once the GPU has computed them. f16 comes as f32. */
  async data(): Promise<Float32Array | Int32Array | Uint32Array> {
    const { device, size } = this;
    if (this.dtype !== 'f16')
      return ((await device.read(this.#array)) as Float32Array | Int32Array | Uint32Array).subarray(0, size);
    const wide = device.allocate('f32', Math.max(1, size), `${this.#array.label} in f32`);
    device.retain(wide);
    cast(device, { input: this.#array, output: wide, length: size });
    const reading: Promise<HostData> = device.read(wide);
    device.release(wide);
    return ((await reading) as Float32Array).subarray(0, size);
  }

  /** The value of a tensor with one element. */
  async item(): Promise<number> {
    if (this.size !== 1)
      throw new TensorError(
        `item() needs a tensor with one element; this one has the shape ${formatShape(this.shape)}`,
      );
    return (await this.data())[0] as number;
  }

  /** The same values without the memory of how they were computed. */
  detach(): Tensor {
    return new Tensor({ array: this.#array, shape: this.shape, device: this.device });
  }

  /**
   * Gives the memory back. Tensors that share it, such as `detach()` and `reshape()` make, are gone
   * too.
   */
  dispose(): void {
    this.device.release(this.#array);
    this.clearGrad();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
