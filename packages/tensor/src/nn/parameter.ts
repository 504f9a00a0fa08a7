import { cast } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { flag, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { openedDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { deviceKind } from '../requireDevice.ts';
import { formatShape, requireShape, shapeKind, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';

/** Options of `new Parameter`. */
export interface ParameterOptions {
  /** Extents, outermost first. */
  readonly shape: Shape;
  /** Default: the one that `await defaultDevice()` has opened. */
  readonly device?: Device | undefined;
  /** Default true; false freezes the parameter. */
  readonly requiresGrad?: boolean | undefined;
}

/** Parameters side by side in memory. */
export interface ContiguousGroup {
  readonly parameters: readonly Parameter[];
  /** Moves them side by side again. */
  readonly join: () => void;
}

/** Arrays must begin at multiples of 256 bytes: so many elements of f32, or of an f16 copy. */
export const alignedElements = { f32: 64, f16: 128 };

const floats = instanceOf(Float32Array);
const kinds = { shape: shapeKind, device: optional(deviceKind), requiresGrad: optional(flag) };

/** A tensor of a model's weights, in f32: it outlives scopes and keeps a gradient. */
export class Parameter extends Tensor {
  /**
   * Whether matrix products in mixed precision may read an f16 copy of it. Set by the modules that
   * use it so.
   */
  isMatrixOperand = false;
  /**
   * What it stands among, side by side in memory, or null. Set by `makeContiguous`.
   */
  contiguousGroup: ContiguousGroup | null = null;
  #fp16Array: GpuArray | null = null;

  /** @throws ShapeError when data and shape do not fit, TensorError */
  constructor(data: Float32Array, options: ParameterOptions) {
    requireArgument('new Parameter', 'data', data, floats, TensorError);
    requireOptions('new Parameter', options, kinds, { error: TensorError });
    const { shape, device = openedDevice('new Parameter'), requiresGrad = true } = options;
    if (sizeOf(shape) !== data.length)
      throw new ShapeError(`Parameter: ${data.length} values do not fit the shape ${formatShape(shape)}`);
    const array = device.allocatePersistent('f32', Math.max(1, data.length), `parameter ${formatShape(shape)}`);
    device.write(array, data);
    super({ array, shape, device, requiresGrad });
  }

  /** Puts other values in place of the old ones. */
  setData(data: Float32Array): void {
    requireArgument('setData', 'data', data, floats, TensorError);
    if (data.length !== this.size)
      throw new ShapeError(`Parameter: ${data.length} values do not fit the shape ${formatShape(this.shape)}`);
    // What is recorded still reads the old values.
    this.device.flush();
    this.device.write(this.array, data);
    this.#updateHalf();
  }

  /**
   * Takes over the values of another parameter of the same shape and device, on the GPU.
   *
   * @throws ShapeError, TensorError
   */
  copyFrom(other: Parameter): void {
    requireArgument('copyFrom', 'other', other, instanceOf(Parameter), TensorError);
    requireShape('copyFrom', 'other', other.shape, this.shape);
    if (other.device !== this.device)
      throw new TensorError('copyFrom: other lives on another device; use setData(await other.data())');
    this.device.copy(other.array, this.array);
    this.#updateHalf();
  }

  /** The f16 copy, while an optimizer keeps one. */
  get fp16Array(): GpuArray | null {
    return this.#fp16Array;
  }

  /**
   * Keeps an f16 copy in this memory, or none any more. For optimizers, which write it together
   * with the weight.
   */
  setFp16Array(array: GpuArray | null): void {
    this.#fp16Array = array;
    this.#updateHalf();
  }

  override goneMessage(): string {
    return `this parameter's memory was given back: ${formatShape(this.shape)}. Its model was disposed; load or make it again`;
  }

  #updateHalf(): void {
    if (this.#fp16Array) cast(this.device, { input: this.array, output: this.#fp16Array, length: this.size });
  }
}
