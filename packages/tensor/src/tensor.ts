import { argmax, cast, GpuArray, scale as copy } from '@attune/kernels';
import type { HostData } from '@attune/kernels';
import { flag, named, optional, requireOptions, shown } from '@attune/validate';
import { nest } from './nested.ts';
import type { Plain } from './nested.ts';
import { GradHooks } from './autograd/gradHooks.ts';
import type { HookHandle } from './autograd/gradHooks.ts';
import type { GradPlace } from './autograd/gradPlace.ts';
import { KeptGradient } from './autograd/keptGradient.ts';
import { runBackward } from './autograd/runBackward.ts';
import type { BackwardOptions } from './autograd/runBackward.ts';
import { GraphNode } from './autograd/tape.ts';
import type { Device } from './device.ts';
import { isFloat } from './dtypes.ts';
import type { DataOf, DType } from './dtypes.ts';
import { AutogradError, ShapeError, TensorError } from './errors.ts';
import { formatShape, shapesEqual, sizeOf } from './shape.ts';
import type { Shape } from './shape.ts';
import { requireAtMost } from './surplusArguments.ts';

export interface TensorOptions {
  readonly array: GpuArray;
  readonly shape: Shape;
  readonly device: Device;
  readonly requiresGrad?: boolean | undefined;
  /** Whether the array, of u32, holds booleans as 0 and 1. Default false. */
  readonly isBool?: boolean | undefined;
  /** The operation that computed the tensor, if a gradient can flow back through it. */
  readonly node?: GraphNode | null | undefined;
  /** The tensor whose memory this one shares. */
  readonly sharing?: Tensor | undefined;
}

/**
 * An array in GPU memory with a shape, and with the graph of operations that computed it.
 *
 * TypeScript tracks the element type, `Tensor<'f32'>`; plain `Tensor` stands for any.
 *
 * Its memory is freed when the tensor is garbage collected; sooner with `dispose()` or `using`, and
 * at the end of the `device.scope` in which it was computed. Tensors that share memory, such as
 * those of `detach()` and `reshape()`, keep it until the last is gone.
 */
export class Tensor<D extends DType = DType> {
  /** The device that it lives on. */
  readonly device: Device;
  /** Set by `retainGrad()`. */
  retainsGrad = false;
  /**
   * The operation that computed this tensor; null for a leaf. For the operations of this package.
   */
  readonly node: GraphNode | null;
  readonly #shape: Shape;
  readonly #isBool: boolean;
  #requiresGrad: boolean;
  #array: GpuArray;
  /** Null as long as nothing has asked for a gradient to keep. */
  #gradient: KeptGradient | null = null;
  #hooks: GradHooks<Tensor> | null = null;
  /** How many tensors share the memory; null if it is this one alone. */
  #holders: { count: number } | null = null;
  /** When the values were last replaced, shared with the tensors that share the memory. */
  #changes: { at: number } | null = null;
  #disposed = false;

  /**
   * For operations; use `tensor()` or `zeros()` to make a tensor from numbers.
   *
   * @throws TensorError
   */
  constructor(options: TensorOptions) {
    if (!((options as Partial<TensorOptions> | undefined)?.array instanceof GpuArray)) refuse(options);
    const { array, shape, device, requiresGrad = false, node = null, sharing, isBool = false } = options;
    if (sharing) {
      sharing.#holders ??= { count: 1 };
      sharing.#holders.count += 1;
      this.#holders = sharing.#holders;
      this.#changes = sharing.#changes ??= { at: 0 };
    }
    this.#array = array;
    this.#isBool = isBool;
    // A copy, as the caller may change the array.
    this.#shape = Object.freeze(shape.slice());
    this.device = device;
    this.#requiresGrad = requiresGrad;
    this.node = node;
  }

  /** Extents, outermost first; empty for a single number. */
  get shape(): Shape {
    return this.#shape;
  }

  /**
   * Whether operations on it are recorded on the tape. Can be set on leaves of a float type;
   * results inherit it from their inputs.
   */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  /** @throws TensorError, AutogradError */
  set requiresGrad(value: boolean) {
    if (typeof value !== 'boolean') throw new TensorError(`requiresGrad must be true or false; got ${shown(value)}`);
    if (value && !isFloat(this.dtype))
      throw new TensorError(`requiresGrad: only f32 and f16 have gradients; this tensor is of ${this.dtype}`);
    if (!value && this.node)
      throw new AutogradError('requiresGrad: this tensor was computed, and stays on the tape; use detach()');
    this.#requiresGrad = value;
  }

  /** Element type. */
  get dtype(): D {
    return (this.#isBool ? 'bool' : this.#array.elementType) as D;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * The GPU array of the tensor, for kernels. It may be longer than the tensor.
   *
   * @throws TensorError when the tensor was disposed
   */
  get array(): GpuArray {
    if (this.#disposed || this.#array.released) throw new TensorError(this.goneMessage());
    return this.#array;
  }

  /** The GPU array of the tensor, even if disposed: for comparisons, not for use. */
  get memory(): GpuArray {
    return this.#array;
  }

  /** Whether the memory was released, so that the tensor can no longer be used. */
  get disposed(): boolean {
    return this.#disposed || this.#array.released;
  }

  /** The message for uses of the tensor after its memory was released. */
  goneMessage(): string {
    return (
      `this tensor's memory was released: ${this.#array.label}, ${formatShape(this.shape)}. That happens by dispose() or using, ` +
      'at the end of the device.scope in which it was computed, by backward() with releaseResults, or, of a gradient, by zeroGrad(). ' +
      'Use it before, or keep it with device.retain(tensor.array), a gradient with mul(gradient, 1).'
    );
  }

  /** Number of the next operation at the time when its values were last replaced; 0 for never. */
  get changedAt(): number {
    return this.#changes?.at ?? 0;
  }

  /**
   * Notes that the values were replaced, so that earlier operations can no longer run backward with
   * them. For parameters and optimizers.
   */
  wasChanged(): void {
    (this.#changes ??= { at: 0 }).at = GraphNode.next;
  }

  /** Whether there is a gradient since the last `zeroGrad()` or `clearGrad()`. */
  get hasGrad(): boolean {
    return this.#gradient?.exists === true;
  }

  /** The GPU array of the gradient, or null. For kernels and optimizers. */
  get gradArray(): GpuArray | null {
    return this.#gradient?.array ?? null;
  }

  /**
   * The gradient that `backward()` accumulated, or null if there is none since it was cleared. It
   * shares the memory that later calls add to and that `zeroGrad()` and `clearGrad()` release: read
   * it before, or keep a result computed from it.
   */
  get grad(): Tensor<'f32'> | null {
    const array = this.gradArray;
    if (!array) return null;
    // A view, so that `dispose()` on it does not release the gradient.
    const grad = new Tensor<'f32'>({ array: array.view(0, array.length), shape: this.shape, device: this.device });
    grad.#changes = this.#kept.changes;
    return grad;
  }

  /** Only null may be set, which clears the gradient. @throws AutogradError */
  set grad(value: null) {
    if (value !== null) throw new AutogradError(`grad must be null where it is set; got ${shown(value)}`);
    this.clearGrad();
  }

  /** Releases the gradient, as `tensor.grad = None` in PyTorch. */
  clearGrad(): void {
    this.#gradient?.clear();
  }

  /**
   * Notes that the memory of the gradient was released. For optimizers, which release many at once.
   */
  gradWasReleased(): void {
    if (this.#gradient) this.#gradient.exists = false;
  }

  /** The memory of the gradient, zeroed if there was none. Only leaves keep a gradient. */
  ensureGradArray(): GpuArray {
    return this.#kept.ensure(this.array);
  }

  /** Whether `startGrad` would return memory of an optimizer. */
  get startsInPlace(): boolean {
    return this.#gradient?.startsInPlace === true;
  }

  /**
   * Memory for a first gradient, which is written rather than added to. Null where there is memory
   * already that holds a gradient, or zeros, as an optimizer's may.
   *
   * @param given pooled memory that already holds the gradient. Default: new memory
   */
  startGrad(given?: GpuArray): GpuArray | null {
    return this.#kept.start(this.array, given);
  }

  get #kept(): KeptGradient {
    return (this.#gradient ??= new KeptGradient(this.device));
  }

  /**
   * Moves the tensor to other memory that holds the same values. For optimizers, which lay out
   * parameters side by side.
   *
   * @param gradPlace where its gradient lies from then on; null for memory of its own. An existing
   *   gradient is copied
   * @returns the previous memory, which the caller releases; null if other tensors share it
   */
  moveTo(array: GpuArray, gradPlace: GradPlace | null): GpuArray | null {
    const old = this.#array;
    this.#array = array;
    this.#kept.moveTo(gradPlace);
    const alone = !this.#leave();
    this.#holders = null;
    return alone && old.owner ? old : null;
  }

  /**
   * Computes the gradient of this scalar and adds it to `.grad` of every leaf that requires one, or
   * to its own if it is a leaf. The graph is freed afterwards.
   *
   * @param scale the gradient of this tensor itself: a number or a scalar tensor, default 1; for a
   *   tensor that is not a scalar, a float tensor of its shape
   * @param options whether to release the memory of intermediate results
   * @throws AutogradError when this is not a scalar, or no gradient can flow from it
   */
  backward(scale: number | Tensor = 1, options: BackwardOptions = {}): void {
    requireAtMost('backward', 2, arguments);
    if (typeof scale !== 'number' && !(scale instanceof Tensor)) {
      if (named.holds(scale)) requireOptions('backward', scale, backwardKinds, backwardAdvice);
      throw new AutogradError(`backward(): scale must be a number or a Tensor; got ${shown(scale)}`);
    }
    if (typeof scale === 'number' && this.size !== 1)
      throw new AutogradError(
        `backward() needs a scalar, such as a loss, or a gradient for each element; this tensor has the shape ${formatShape(this.shape)}`,
      );
    requireOptions('backward', options, backwardKinds, backwardAdvice);
    if (typeof scale !== 'number')
      this.#requireGradient('backward(): the gradient', scale, this.size === 1 ? scale.size === 1 : undefined);
    if (!this.requiresGrad)
      throw new AutogradError(
        'backward(): nothing that this tensor was computed from requires a gradient, or it was computed under noGrad; ' +
          noSecond,
      );
    runBackward(this, scale, options);
  }

  /**
   * Makes a tensor that is not a leaf keep its gradient in `grad`.
   *
   * @throws AutogradError when no gradient can flow to it
   */
  retainGrad(): void {
    requireAtMost('retainGrad', 0, arguments);
    if (!this.requiresGrad)
      throw new AutogradError(
        'retainGrad(): no gradient can flow to this tensor; nothing that it was computed from requires one',
      );
    this.retainsGrad = true;
  }

  /**
   * Calls a function with the gradient of this tensor in every `backward()`, as soon as it is
   * complete: to look at it, or to return another gradient of the same shape instead. The function
   * may keep the tensor. As `torch.Tensor.register_hook`.
   *
   * @returns a handle whose `remove()` unregisters the function
   * @throws AutogradError when no gradient can flow to this tensor, or this is not a function
   */
  registerHook(hook: (gradient: Tensor) => Tensor | null | undefined | void): HookHandle {
    requireAtMost('registerHook', 1, arguments);
    if (!this.requiresGrad)
      throw new AutogradError('registerHook(): no gradient can flow to this tensor; it does not require one');
    return (this.#hooks ??= new GradHooks()).add(hook);
  }

  /** Whether hooks are registered. */
  get hasHooks(): boolean {
    return this.#hooks?.any === true;
  }

  /**
   * Calls the hooks with a gradient. For `backward()`.
   *
   * @returns a copy of the gradient that they returned instead, or null
   */
  runHooks(gradient: GpuArray): GpuArray | null {
    const { device, shape, size: length } = this;
    const copyOf = (input: GpuArray) => {
      const output = device.allocate(gradient.elementType, gradient.length, `gradient of ${this.#array.label}`);
      copy(device, { input, output, factor: 1, length });
      return output;
    };
    const shownArray = copyOf(gradient);
    device.retain(shownArray);
    const given = new Tensor({ array: shownArray, shape, device });
    const last = this.#hooks?.run(given, (returned) => {
      if (!(returned instanceof Tensor))
        throw new AutogradError(`a hook of registerHook must return a Tensor or nothing; got ${shown(returned)}`);
      this.#requireGradient('registerHook: the gradient that a hook returned', returned);
      return returned;
    });
    return last && last !== given ? copyOf(last.array) : null;
  }

  /** @throws AutogradError when a tensor cannot be the gradient of this one */
  #requireGradient(what: string, gradient: Tensor, fits = shapesEqual(gradient.shape, this.shape)): void {
    const { device, shape, dtype } = gradient;
    if (gradient.disposed) throw new AutogradError(`${what} cannot be read: ${gradient.goneMessage()}`);
    if (device !== this.device)
      throw new AutogradError(`${what} is on another device than the tensor; make all tensors on one device`);
    if (!fits || !isFloat(dtype))
      throw new AutogradError(
        `${what} is of ${dtype} and the shape ${formatShape(shape)}; it must be of floats and the shape ${formatShape(this.shape)}`,
      );
  }

  /**
   * Indices of the greatest values along the last dimension, i32, the first of equals; NaN is the
   * greatest. No gradient flows. As `torch.argmax`.
   *
   * @param dim the last dimension: -1, or its index. Default -1
   * @returns the shape without the last dimension
   * @throws TensorError, ShapeError
   */
  argmax(dim = -1): Tensor<'i32'> {
    requireAtMost('argmax', 1, arguments);
    const { device, shape, array } = this;
    const columns = shape.at(-1);
    if (dim !== -1 && dim !== shape.length - 1)
      throw new ShapeError(`argmax: dim must be -1 or ${shape.length - 1}, the last dimension; got ${shown(dim)}`);
    if (!columns)
      throw new ShapeError(`argmax: a tensor of the shape ${formatShape(shape)} has no values in its last dimension`);
    if (!isFloat(this.dtype))
      throw new TensorError(`argmax takes a tensor of f32 or f16; this one is of ${this.dtype}`);
    const rows = this.size / columns;
    const output = device.allocate('i32', Math.max(1, rows), 'argmax');
    argmax(device, { input: array, output, rows, columns });
    return new Tensor({ array: output, shape: shape.slice(0, -1), device });
  }

  /** The values, read from the GPU. f16 is returned as f32, bool as 0 and 1 in a Uint32Array. */
  async data(): Promise<DataOf<D>> {
    requireAtMost('data', 0, arguments);
    const { device, size, array } = this;
    if (this.dtype !== 'f16')
      return ((await device.read(array)) as Float32Array | Int32Array | Uint32Array).subarray(0, size) as DataOf<D>;
    const wide = device.allocate('f32', Math.max(1, size), `${array.label} in f32`);
    device.retain(wide);
    cast(device, { input: array, output: wide, length: size });
    const reading: Promise<HostData> = device.read(wide);
    device.release(wide);
    return ((await reading) as Float32Array).subarray(0, size) as DataOf<D>;
  }

  /**
   * The values as nested arrays of the tensor's shape: numbers, or booleans for bool. A scalar
   * gives a single value.
   */
  async toArray(): Promise<Plain> {
    requireAtMost('toArray', 0, arguments);
    const { shape, dtype } = this;
    return nest(await this.data(), shape, dtype);
  }

  /** A description without the values: `Tensor [2, 3] f32 on NVIDIA …`. */
  toString(): string {
    const { description, device, vendor } = this.device.info;
    const extras = [this.requiresGrad && 'requiresGrad', this.disposed && 'disposed'].filter(Boolean);
    return [`Tensor ${formatShape(this.shape)} ${this.dtype} on ${description || device || vendor}`, ...extras].join(
      ', ',
    );
  }

  /** `toString()` in templates. @throws TensorError in arithmetic and comparisons of JavaScript */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new TensorError('a Tensor is not a number: use add(x, y), mul(x, 2), gt(x, 0), or its value, await x.item()');
  }

  /** `toString()` in JSON; for the values, use `await x.toArray()` first. */
  toJSON(): string {
    return this.toString();
  }

  /** What `console.log` shows in Node and Deno. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /**
   * The value of a tensor with one element; 0 or 1 for bool.
   *
   * @throws TensorError for more or none
   */
  async item(): Promise<number> {
    requireAtMost('item', 0, arguments);
    if (this.size !== 1)
      throw new TensorError(
        `item() needs a tensor with one element; this one has the shape ${formatShape(this.shape)}`,
      );
    return (await this.data())[0] as number;
  }

  /** The same values without the graph that computed them. Memory is shared. */
  detach(): Tensor<D> {
    requireAtMost('detach', 0, arguments);
    return new Tensor({
      array: this.array,
      shape: this.shape,
      device: this.device,
      sharing: this,
      isBool: this.#isBool,
    });
  }

  /**
   * Releases the memory, or leaves it to the tensors that share it, such as those of `detach()` and
   * `reshape()`. A second call does nothing.
   */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!this.#leave() && this.#array.owner) this.device.release(this.#array);
    this.clearGrad();
  }

  /** Drops out of the tensors that share the memory. @returns whether others still do */
  #leave(): boolean {
    if (!this.#holders) return false;
    this.#holders.count -= 1;
    return this.#holders.count > 0;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

// Names that assignments in PyTorch style would set without any effect.
Object.defineProperty(Tensor.prototype, 'data', { writable: false });
Object.defineProperty(Tensor.prototype, 'requires_grad', { get: refuseName, set: refuseName });

function refuseName(): never {
  throw new TensorError('requires_grad is called requiresGrad');
}

const backwardKinds = { releaseResults: optional(flag) };
const once = 'a graph can be used only once; compute the loss again';
const noSecond = 'there is no gradient of a gradient';
const backwardAdvice = {
  error: AutogradError,
  otherNames: { retainGraph: once, retain_graph: once, createGraph: noSecond, create_graph: noSecond },
};

function refuse(options: unknown): never {
  throw new TensorError(
    `new Tensor takes an array on the GPU, { array, shape, device }; got ${shown(options)}. Use tensor(data, { shape, device }).`,
  );
}
