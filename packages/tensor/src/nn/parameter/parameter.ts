import type { GpuArray } from '@attune/kernels';
import { flag, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { openedDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { deviceKind } from '../../requireDevice.ts';
import { formatShape, requireShape, shapeKind, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import type { HalfCopies } from './halfCopies.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `new Parameter`. */
export interface ParameterOptions {
  /** Extents, outermost first. */
  readonly shape: Shape;
  /** Default: the device that `await defaultDevice()` has opened. */
  readonly device?: Device | undefined;
  /** Whether it requires a gradient; false freezes the parameter. Default true. */
  readonly requiresGrad?: boolean | undefined;
}

/** Parameters side by side in memory. */
export interface ContiguousGroup {
  readonly parameters: readonly Parameter[];
  /** Moves them side by side again. */
  readonly join: () => void;
}

/** Arrays must start at multiples of 256 bytes: this many elements of f32, or of an f16 copy. */
export const alignedElements = { f32: 64, f16: 128 };

const floats = instanceOf(Float32Array);
const kinds = { shape: shapeKind, device: optional(deviceKind), requiresGrad: optional(flag) };

/** A tensor of weights of a model, in f32. It outlives scopes and keeps a gradient. */
export class Parameter extends Tensor<'f32'> {
  /** Whether matrix products in mixed precision may read an f16 copy of it. Set by modules. */
  isMatrixOperand = false;
  /** The group of parameters that it lies side by side with, or null. Set by `makeContiguous`. */
  contiguousGroup: ContiguousGroup | null = null;
  #halfCopies: HalfCopies | null = null;
  /** Index of its first element in the copies. */
  #halfOffset = 0;

  /** @throws ShapeError when data and shape do not fit, TensorError */
  constructor(data: Float32Array, options: ParameterOptions) {
    requireArgument('new Parameter', 'data', data, floats, TensorError);
    requireOptions('new Parameter', options, kinds, { error: TensorError });
    requireAtMost('new Parameter', 2, arguments);
    const { shape, device = openedDevice('new Parameter'), requiresGrad = true } = options;
    if (sizeOf(shape) !== data.length)
      throw new ShapeError(`Parameter: ${data.length} values do not fit the shape ${formatShape(shape)}`);
    const array = device.allocatePersistent('f32', Math.max(1, data.length), `parameter ${formatShape(shape)}`);
    device.write(array, data);
    super({ array, shape, device, requiresGrad });
  }

  /** Replaces the values. @throws ShapeError for another number of values, TensorError */
  setData(data: Float32Array): void {
    requireAtMost('setData', 1, arguments);
    requireArgument('setData', 'data', data, floats, TensorError);
    if (data.length !== this.size)
      throw new ShapeError(`Parameter: ${data.length} values do not fit the shape ${formatShape(this.shape)}`);
    // Commands that are already recorded must read the old values.
    this.device.flush();
    this.device.write(this.array, data);
    this.wasChanged();
    this.#halfCopies?.outdate();
  }

  /**
   * Copies the values of another tensor of the same shape and device, on the GPU, as
   * `parameter.copy_(other)` under `torch.no_grad()`: for an average of weights, or a
   * step of your own optimizer.
   *
   *     average.copyFrom(noGrad(() => lerp(average, weight, 0.1)));
   *
   * @param other f32
   * @throws ShapeError, TensorError
   */
  copyFrom(other: Tensor<'f32'>): void {
    requireAtMost('copyFrom', 1, arguments);
    requireArgument('copyFrom', 'other', other, instanceOf(Tensor), TensorError);
    if (other.dtype !== 'f32')
      throw new TensorError(`copyFrom: other must be of f32; it is of ${String(other.dtype)}. Use cast().`);
    requireShape('copyFrom', 'other', other.shape, this.shape);
    if (other.device !== this.device)
      throw new TensorError('copyFrom: other is on another device; use setData(await other.data())');
    if (this.size > 0 && other.array !== this.array) this.#copyArray(other.array.view(0, this.size));
    this.wasChanged();
    this.#halfCopies?.outdate();
  }

  #copyArray(source: GpuArray): void {
    const { device, array } = this;
    if (source.storage !== array.storage) return device.copy(source, array);
    // One kernel cannot read and write one buffer, such as that of an optimizer.
    const between = device.allocate('f32', source.length, array.label);
    device.copy(source, between);
    device.copy(between, array);
    device.release(between);
  }

  /**
   * The f16 copy, made now if there is none of these values; null while there are no copies. It is
   * released when the weight changes, or when a backward pass has read it for the last time.
   */
  get fp16Array(): GpuArray | null {
    return this.#halfCopies?.part(this.#halfOffset, this.size) ?? null;
  }

  /** The copies that its f16 copy is part of, or null. */
  get halfCopies(): HalfCopies | null {
    return this.#halfCopies;
  }

  /**
   * Sets where the f16 copy lies, and its first element; null removes it. For optimizers, which
   * call `outdate` on the copies when they change the weight.
   */
  setHalfCopies(copies: HalfCopies | null, offset = 0): void {
    this.#halfCopies = copies;
    this.#halfOffset = offset;
  }

  /**
   * Retains the f16 copy for a backward pass. Where gradients accumulate, all of them are in memory
   * already and every copy is needed at the peak, so the copies are kept until the weights change.
   */
  holdHalf(): (() => void) | undefined {
    return this.#halfCopies?.hold(this.hasGrad);
  }

  override goneMessage(): string {
    return `this parameter's memory was released: ${formatShape(this.shape)}. Its model was disposed; load or make it again`;
  }
}
