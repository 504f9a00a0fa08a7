import { accumulate, fill, scale as scaled } from '@attune/kernels';
import { joinContiguous } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { passes, requireUnchanged } from './gradTensor.ts';
import type { GradTensor } from './gradTensor.ts';

/** Work that operations defer to the end of a pass. */
interface Flushed {
  flush(): void;
}

/**
 * The gradients of one backward pass. Leaves, such as parameters, accumulate theirs in memory of
 * their own that outlives the pass; gradients of results use pooled memory, which is released as
 * soon as the operation that computed the result has read it.
 */
export class Gradients {
  readonly #device: Device;
  readonly #computed = new Map<GradTensor, GpuArray>();
  /** Gradients of the input of a GELU, for results whose operation accepts those. */
  readonly #beforeActivation = new Map<GradTensor, GpuArray>();
  readonly #leftForTheEnd = new Map<object, Flushed>();
  readonly #scale: number | GradTensor;
  readonly #root: GradTensor;
  #current: GradTensor;
  /** The input that takes over the memory of the current gradient. */
  #heir: GradTensor | null = null;

  constructor(root: GradTensor, scale: number | GradTensor) {
    this.#device = root.device;
    this.#root = root;
    this.#scale = scale;
    this.#current = root;
  }

  /**
   * Starts the backward of the operation that computed a tensor.
   *
   * @returns whether it has a gradient
   */
  enter(tensor: GradTensor): boolean {
    this.#current = tensor;
    return tensor === this.#root || this.#computed.has(tensor) || this.#beforeActivation.has(tensor);
  }

  /** Calls the hooks of the current tensor with its gradient. */
  runHooks(): void {
    const replaced = this.#current.runHooks(this.output);
    if (!replaced) return;
    this.leave();
    this.#computed.set(this.#current, replaced);
  }

  /** The deferred work of one kind, to be recorded together at the end of the pass. */
  leftForTheEnd<T extends Flushed>(Kind: new (device: Device) => T): T {
    let left = this.#leftForTheEnd.get(Kind);
    if (!left) this.#leftForTheEnd.set(Kind, (left = new Kind(this.#device)));
    return left as T;
  }

  /**
   * Records the deferred work, and adds the gradients of leaves with hooks, which had to be
   * complete before the hooks could run.
   */
  finish(): void {
    for (const left of this.#leftForTheEnd.values()) left.flush();
    for (const [tensor, array] of this.#computed) {
      if (tensor.node || !tensor.hasHooks) continue;
      const value = tensor.runHooks(array) ?? array;
      accumulate(this.#device, { value, target: tensor.ensureGradArray(), length: tensor.size });
      this.#device.release(array);
      if (value !== array) this.#device.release(value);
      this.#computed.delete(tensor);
    }
  }

  /** Releases the gradient of the current tensor, whose operation has run. */
  leave(): void {
    if (this.#heir) this.#inherit(this.#heir);
    for (const gradients of [this.#computed, this.#beforeActivation]) {
      const array = gradients.get(this.#current);
      if (array) this.#device.release(array);
      gradients.delete(this.#current);
    }
  }

  /** Takes the gradient of a result out, to be passed on with `put`; null if there is none. */
  take(tensor: GradTensor): GpuArray | null {
    const given = tensor === this.#root && !this.#computed.has(tensor) ? this.output : null;
    const array = this.#computed.get(tensor) ?? null;
    this.#computed.delete(tensor);
    if (array || !given) return array;
    // The gradient of the root may belong to the caller.
    const copy = this.#device.allocate(given.elementType, given.length, 'gradient of the result');
    this.#device.copy(given, copy);
    return copy;
  }

  /** Sets the gradient of a result that was recomputed. */
  put(tensor: GradTensor, array: GpuArray): void {
    this.#computed.set(tensor, array);
  }

  /**
   * The values of an input that the backward of an operation reads.
   *
   * @throws AutogradError where the values were replaced since the forward, TensorError where the
   *   tensor was disposed
   */
  read(input: GradTensor): GpuArray {
    const { node } = this.#current;
    if (node) requireUnchanged(node.operation, input, node.number);
    return input.memory.released ? input.array : input.memory;
  }

  /**
   * Whether the gradient of the operation's output is the constant 1, so that an operation with a
   * scalar result need not multiply by it.
   */
  get isOne(): boolean {
    return this.#current === this.#root && this.#scale === 1 && !this.#computed.has(this.#root);
  }

  /** The gradient of the operation's output. */
  get output(): GpuArray {
    const computed = this.#computed.get(this.#current);
    if (computed) return computed;
    const scale = this.#scale;
    const given = typeof scale === 'number' ? null : scale.array;
    if (given?.owner) return given;
    const array = this.#device.allocate(given?.elementType ?? 'f32', given?.length ?? 1, 'gradient of the result');
    // A view, as `grad` is, may share a buffer with gradients that the pass writes.
    if (given) this.#device.copy(given, array);
    else fill(this.#device, { output: array, value: scale as number, length: 1 });
    this.#computed.set(this.#current, array);
    return array;
  }

  /**
   * Adds to the gradient of an input, if it requires one.
   *
   * @param write records the kernel that computes the gradient into `array`; with `add`, it adds to
   *   what is there
   * @param canAdd whether `write` can add
   */
  add(input: GradTensor, write: (array: GpuArray, add: boolean) => void, canAdd = false): void {
    if (!input.requiresGrad) return;
    const device = this.#device;
    const begun = passes(input) ? null : input.startGrad();
    if (begun) return write(begun, false);
    const existing = passes(input) ? this.#computed.get(input) : input.ensureGradArray();
    if (!existing) {
      const array = device.allocate(input.memory.elementType, input.memory.length, `gradient of ${input.memory.label}`);
      write(array, false);
      this.#computed.set(input, array);
    } else if (canAdd) {
      write(existing, true);
    } else {
      const array = device.allocate(input.memory.elementType, input.memory.length, `gradient of ${input.memory.label}`);
      write(array, false);
      accumulate(device, { value: array, target: existing, length: input.size });
      device.release(array);
    }
  }

  /**
   * Adds the gradient of the operation's output unchanged to that of an input. The first input
   * takes over its memory instead of a copy, where nothing else holds the memory and the input has
   * no gradient yet.
   */
  handOn(input: GradTensor): void {
    if (!input.requiresGrad) return;
    const { output } = this;
    const { elementType, length } = input.memory;
    const isOwn = this.#computed.get(this.#current) === output;
    if (isOwn && !this.#heir && output.elementType === elementType && output.length === length) this.#heir = input;
    else this.#addValue(input, output);
  }

  /** Happens only after the operation has run, as its other kernels may read the gradient. */
  #inherit(heir: GradTensor): void {
    this.#heir = null;
    const array = this.#computed.get(this.#current) as GpuArray;
    if (passes(heir) ? this.#computed.has(heir) : !heir.startGrad(array)) return this.#addValue(heir, array);
    this.#computed.delete(this.#current);
    if (passes(heir)) this.#computed.set(heir, array);
  }

  #addValue(input: GradTensor, value: GpuArray): void {
    const [device, length] = [this.#device, input.size];
    const write = (array: GpuArray, add: boolean) =>
      add
        ? accumulate(device, { value, target: array, length })
        : scaled(device, { input: value, output: array, factor: 1, length });
    this.add(input, write, true);
  }

  /**
   * For an input that is a GELU, adds to the gradient of the GELU's input, so that the backward of
   * GELU needs no kernel of its own.
   *
   * @param write records the kernel that computes it, given the GELU's input; with `add`, it adds
   *   to what is there
   * @returns whether it did: not where hooks or `retainGrad` need the gradient of the input itself
   */
  addBeforeActivation(
    input: GradTensor,
    write: (preActivation: GpuArray, array: GpuArray, add: boolean) => void,
  ): boolean {
    const { node, requiresGrad, hasHooks, retainsGrad } = input;
    if (!node?.preActivation || !requiresGrad || hasHooks || retainsGrad) return false;
    const existing = this.#beforeActivation.get(input);
    const array =
      existing ??
      this.#device.allocate(input.memory.elementType, input.memory.length, 'gradient before the activation');
    write(node.preActivation, array, existing !== undefined);
    this.#beforeActivation.set(input, array);
    return true;
  }

  /** The gradient that `addBeforeActivation` collected for the current tensor, or null. */
  get beforeActivation(): GpuArray | null {
    return this.#beforeActivation.get(this.#current) ?? null;
  }

  /** Whether there is a gradient of the operation's output itself, not only of its GELU's input. */
  get hasOutput(): boolean {
    return this.#current === this.#root || this.#computed.has(this.#current);
  }

  /**
   * Adds to the gradients of several parameters that lie side by side, or of one input, at once.
   *
   * @param write records the kernel that computes them as one array; with `add`, it adds to what is
   *   there
   */
  addToGroup(inputs: readonly GradTensor[], write: (array: GpuArray, add: boolean) => void): void {
    const [first] = inputs;
    if (first && inputs.length === 1) return this.add(first, write, true);
    const trained = inputs.filter(({ requiresGrad }) => requiresGrad);
    if (trained.length === 0) return;
    if (trained.length === inputs.length && !inputs.some(passes)) {
      const areFirst = inputs.every(({ startsInPlace }) => startsInPlace);
      const arrays = inputs.map((input) => (areFirst && input.startGrad()) || input.ensureGradArray());
      const together = joinContiguous(arrays);
      if (together) return write(together, !areFirst);
      if (areFirst) for (const array of arrays) this.#device.clear(array);
    }
    const device = this.#device;
    const array = device.allocate(
      'f32',
      inputs.reduce((total, { size }) => total + size, 0),
      'gradients of contiguous parameters',
    );
    write(array, false);
    let offset = 0;
    for (const input of inputs) {
      const value = array.view(offset, input.size);
      const target = this.sum(input);
      if (target) accumulate(device, { value, target, length: input.size });
      offset += input.size;
    }
    device.release(array);
  }

  /** Adds a gradient whose memory is handed over; it is released when it is no longer needed. */
  give(input: GradTensor, array: GpuArray): void {
    if (!input.requiresGrad) return;
    if (passes(input) && !this.#computed.has(input)) {
      this.#computed.set(input, array);
      return;
    }
    const fits = array.elementType === 'f32' && array.length === input.memory.length;
    if (!passes(input) && fits && input.startGrad(array)) return;
    const existing = passes(input) ? (this.#computed.get(input) as GpuArray) : input.ensureGradArray();
    accumulate(this.#device, { value: array, target: existing, length: input.size });
    this.#device.release(array);
  }

  /**
   * Memory of undefined content for the first gradients of inputs that have no optimizer: for
   * kernels that write several at once. Null where one of them must be added.
   */
  start(inputs: readonly GradTensor[]): readonly GpuArray[] | null {
    if (inputs.some((input) => !input.requiresGrad || passes(input) || input.startsInPlace)) return null;
    const started = inputs.map((input) => input.startGrad());
    if (started.every((array) => array !== null)) return started;
    for (const array of started) if (array) this.#device.clear(array);
    return null;
  }

  /**
   * Memory that holds the gradient so far, zeroed if there is none, for kernels that always add.
   * Null when the input requires none.
   */
  sum(input: GradTensor): GpuArray | null {
    if (!input.requiresGrad) return null;
    if (!passes(input)) return input.ensureGradArray();
    let array = this.#computed.get(input);
    if (!array) {
      array = this.#device.allocate('f32', input.memory.length, `gradient of ${input.memory.label}`);
      this.#device.clear(array);
      this.#computed.set(input, array);
    }
    return array;
  }
}
