import type { GpuArray } from '@attune/kernels';
import { flag, instanceOf, optional, requireArgument, requireOptions } from '@attune/validate';
import { openedDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { GraphNode } from '../../autograd/tape.ts';
import { deviceKind } from '../../requireDevice.ts';
import { formatShape, requireShape, shapeKind, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import type { HalfCopies } from './halfCopies.ts';

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
  /** The number of the operation that came next when its values were last replaced. */
  changedAt = 0;
  #halfCopies: HalfCopies | null = null;
  /** First element in the copies. */
  #halfOffset = 0;

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
    this.wasChanged();
    this.#halfCopies?.outdate();
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
    this.wasChanged();
    this.#halfCopies?.outdate();
  }

  /**
   * Says that other values have come: what operations before have read is gone. For optimizers.
   */
  wasChanged(): void {
    this.changedAt = GraphNode.next;
  }

  /**
   * The f16 copy, made now where there is none of these values; null while nobody keeps copies. Its
   * memory goes when the weight changes, or a backward pass has read it for the last time.
   */
  get fp16Array(): GpuArray | null {
    return this.#halfCopies?.part(this.#halfOffset, this.size) ?? null;
  }

  /** What the f16 copy is a part of; null while nobody keeps copies. */
  get halfCopies(): HalfCopies | null {
    return this.#halfCopies;
  }

  /**
   * Says where the f16 copy lies, from which element on; null for nowhere any more. For optimizers,
   * which say there when they have changed the weight.
   */
  setHalfCopies(copies: HalfCopies | null, offset = 0): void {
    this.#halfCopies = copies;
    this.#halfOffset = offset;
  }

  /**
   * Keeps the f16 copy for a backward pass. One that adds to a gradient finds all gradients in
   * memory before it begins: its peak comes while it needs every copy, and so they stay for the
   * next until the weights change.
   */
  holdHalf(): (() => void) | undefined {
    return this.#halfCopies?.hold(this.hasGrad);
  }

  override goneMessage(): string {
    return `this parameter's memory was given back: ${formatShape(this.shape)}. Its model was disposed; load or make it again`;
  }
}
