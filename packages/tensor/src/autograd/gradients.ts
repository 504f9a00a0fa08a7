import { accumulate, fill, scale as scaled } from '@attune/kernels';
import { joinContiguous } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { AutogradError } from '../errors.ts';

/** What gradients need of the operation that computed a tensor. */
interface GradNode {
  readonly operation: string;
  /** Grows from operation to operation. */
  readonly number: number;
  readonly inputs: readonly GradTensor[];
  /** Whether the result lies in the memory of the first input. */
  readonly isView: boolean;
  readonly preActivation: GpuArray | null;
}

/** What gradients need of a tensor. */
export interface GradTensor {
  readonly device: Device;
  readonly size: number;
  readonly array: GpuArray;
  /** The same, also after it was given back. */
  readonly memory: GpuArray;
  readonly requiresGrad: boolean;
  /** Whether its gradient stays though it was computed. */
  readonly retainsGrad: boolean;
  /** What computed it; null for what was given. */
  readonly node: GradNode | null;
  /** `GraphNode.next` when its values were last replaced; of parameters only. */
  readonly changedAt?: number;
  /** Whether functions wait for its whole gradient. */
  readonly hasHooks: boolean;
  ensureGradArray(): GpuArray;
  /** Whether `startGrad` would give memory of an optimizer. */
  readonly startsInPlace: boolean;
  /**
   * Memory for a first gradient: the given one, or other of any content. Null where it must be
   * added.
   */
  startGrad(given?: GpuArray): GpuArray | null;
  /** Shows a gradient to the hooks. @returns what they gave in its place, or null */
  runHooks(gradient: GpuArray): GpuArray | null;
}

/** Kernels that operations leave for the end of a pass. */
interface Flushed {
  flush(): void;
}

/**
 * Whether a gradient goes on from here, to an operation or to hooks, and is not summed for good.
 */
const passes = ({ node, hasHooks }: GradTensor): boolean => node !== null || hasHooks;

/** What the memory of a view is that of. */
const viewedBy = ({ node }: GradTensor): GradTensor | undefined => (node?.isView ? node.inputs[0] : undefined);

/**
 * Gradients during one backward pass. What was given (parameters) adds up in memory of its own that
 * outlives the pass; what was computed gets memory from the pool, which goes back as soon as the
 * operation before has read it.
 */
export class Gradients {
  readonly #device: Device;
  readonly #computed = new Map<GradTensor, GpuArray>();
  /** Of what GELU was applied to, for results whose operation takes that. */
  readonly #beforeActivation = new Map<GradTensor, GpuArray>();
  readonly #leftForTheEnd = new Map<object, Flushed>();
  readonly #scale: number | GradTensor;
  readonly #root: GradTensor;
  #current: GradTensor;
  /** What the gradient of the tensor whose operation runs now is handed on to. */
  #heir: GradTensor | null = null;

  constructor(root: GradTensor, scale: number | GradTensor) {
    this.#device = root.device;
    this.#root = root;
    this.#scale = scale;
    this.#current = root;
  }

  /** Says whose operation runs next, and whether any gradient came to it. */
  enter(tensor: GradTensor): boolean {
    this.#current = tensor;
    return tensor === this.#root || this.#computed.has(tensor) || this.#beforeActivation.has(tensor);
  }

  /** Shows the gradient of the tensor whose operation runs next to its hooks. */
  runHooks(): void {
    const replaced = this.#current.runHooks(this.output);
    if (!replaced) return;
    this.leave();
    this.#computed.set(this.#current, replaced);
  }

  /** What operations of one kind leave to be recorded together at the end of the pass. */
  leftForTheEnd<T extends Flushed>(Kind: new (device: Device) => T): T {
    let left = this.#leftForTheEnd.get(Kind);
    if (!left) this.#leftForTheEnd.set(Kind, (left = new Kind(this.#device)));
    return left as T;
  }

  /**
   * Records what was left for the end, and hands the gradients of given tensors with hooks, which
   * waited until they were whole, over.
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

  /** Gives back the gradient of the tensor whose operation has run. */
  leave(): void {
    if (this.#heir) this.#inherit(this.#heir);
    for (const gradients of [this.#computed, this.#beforeActivation]) {
      const array = gradients.get(this.#current);
      if (array) this.#device.release(array);
      gradients.delete(this.#current);
    }
  }

  /**
   * The gradient of a result that is computed, to be handed on with `put`; null where none came.
   */
  take(tensor: GradTensor): GpuArray | null {
    const given = tensor === this.#root && !this.#computed.has(tensor) ? this.output : null;
    const array = this.#computed.get(tensor) ?? null;
    this.#computed.delete(tensor);
    if (array || !given) return array;
    // That of the result itself may be the caller's.
    const copy = this.#device.allocate(given.elementType, given.length, 'gradient of the result');
    this.#device.copy(given, copy);
    return copy;
  }

  /** Says what the gradient of a result is: that of the same result, computed before. */
  put(tensor: GradTensor, array: GpuArray): void {
    this.#computed.set(tensor, array);
  }

  /**
   * What the operation reads of an input again.
   *
   * @throws AutogradError where other values have taken the place of those that it read before,
   *   TensorError where the memory was given back
   */
  read(input: GradTensor): GpuArray {
    const { node } = this.#current;
    for (let owner: GradTensor | undefined = input; node && owner; owner = viewedBy(owner))
      if ((owner.changedAt ?? 0) > node.number)
        throw new AutogradError(
          `backward(): ${node.operation} reads a parameter that was changed since, by step() of an optimizer or by setData(). Compute the loss again, or call backward() before`,
        );
    return input.memory.released ? input.array : input.memory;
  }

  /**
   * Whether the gradient of the operation's output is the constant 1: an operation that ends in a
   * scalar need not multiply with it.
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
    // A part of other memory, as `grad` is, may lie beside gradients that the pass writes.
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
   * Adds the gradient of the operation's output, as it is, to that of an input. The first input
   * gets its memory, where nobody else holds that and no other gradient came before, in place of a
   * copy.
   */
  handOn(input: GradTensor): void {
    if (!input.requiresGrad) return;
    const { output } = this;
    const { elementType, length } = input.memory;
    const isOwn = this.#computed.get(this.#current) === output;
    if (isOwn && !this.#heir && output.elementType === elementType && output.length === length) this.#heir = input;
    else this.#addValue(input, output);
  }

  /** Only once the operation has run, as others of its kernels may read the gradient. */
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
   * Adds to the gradient of what GELU was applied to for an input, so that GELU's backward is no
   * kernel of its own.
   *
   * @param write records the kernel that computes it, given what GELU was applied to; with `add`,
   *   it adds to what is there
   * @returns whether it did: not where somebody sees the gradient of the input itself
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

  /** What was added for the operation that runs now by `addBeforeActivation`, or null. */
  get beforeActivation(): GpuArray | null {
    return this.#beforeActivation.get(this.#current) ?? null;
  }

  /** Whether a gradient of the operation's output came, and not only of what it is GELU of. */
  get hasOutput(): boolean {
    return this.#current === this.#root || this.#computed.has(this.#current);
  }

  /**
   * Adds to the gradients of parameters that lie side by side, or of one input, all at once.
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
      'gradients of parameters in a row',
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

  /**
   * Hands over memory that already holds the gradient of an input; it goes back to the pool when it
   * is no longer needed.
   */
  give(input: GradTensor, array: GpuArray): void {
    if (!input.requiresGrad) return;
    if (passes(input) && !this.#computed.has(input)) {
      this.#computed.set(input, array);
      return;
    }
    const existing = passes(input) ? (this.#computed.get(input) as GpuArray) : input.ensureGradArray();
    accumulate(this.#device, { value: array, target: existing, length: input.size });
    this.#device.release(array);
  }

  /**
   * Memory that holds the gradient so far, zeroed when there is none: for kernels that always add.
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
