import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import type { Gradients, GradTensor } from './gradients.ts';
import type { ResultGroup } from './resultGroup.ts';

/** What the tape needs of a tensor. */
export interface TapeTensor extends GradTensor {
  readonly node: GraphNode | null;
  dispose(): void;
}

export interface GraphNodeOptions {
  readonly operation: string;
  readonly inputs: readonly TapeTensor[];
  /** What only `backward` reads. */
  readonly saved: readonly (GpuArray | null | undefined)[];
  /** Called when `backward` has run, or never will. */
  readonly letGo?: (() => void) | undefined;
  /** Whether `backward` reads the result. Default true. */
  readonly readsResult?: boolean | undefined;
  readonly isView: boolean;
  /** What the result is GELU of, where the backward also takes the gradient of that. */
  readonly preActivation?: GpuArray | null | undefined;
  readonly backward: (gradients: Gradients) => void;
  readonly group: ResultGroup | null;
}

/** One operation on the tape. */
export class GraphNode {
  static #count = 0;

  /** The number of the operation that is put on the tape next. */
  static get next(): number {
    return GraphNode.#count;
  }

  /**
   * Grows from operation to operation, so that descending order is a valid order for the backward
   * pass.
   */
  readonly number = GraphNode.#count++;
  readonly operation: string;
  readonly inputs: readonly TapeTensor[];
  /** Whether the result lies in the memory of the first input. */
  readonly isView: boolean;
  readonly readsResult: boolean;
  readonly preActivation: GpuArray | null;
  readonly group: ResultGroup | null;
  #saved: readonly (GpuArray | null | undefined)[];
  #letGo: (() => void) | undefined;
  #backward: ((gradients: Gradients) => void) | null;

  constructor(options: GraphNodeOptions) {
    this.operation = options.operation;
    this.inputs = options.inputs;
    this.isView = options.isView;
    this.readsResult = options.readsResult ?? true;
    this.preActivation = options.preActivation ?? null;
    this.group = options.group;
    this.#saved = options.saved;
    this.#letGo = options.letGo;
    this.#backward = options.backward;
    this.group?.addOperation();
  }

  /** Whether the backward pass went through it, which lets go of what it had kept. */
  get spent(): boolean {
    return this.#backward === null;
  }

  /** Records the backward kernels, where a gradient came, and lets go of what they read. */
  runBackward(gradients: Gradients, device: Device, gradientCame: boolean): void {
    const backward = this.#backward;
    this.#backward = null;
    if (gradientCame) backward?.(gradients);
    for (const array of this.#saved) if (array) device.release(array);
    this.#saved = [];
    this.#letGo?.();
    this.#letGo = undefined;
  }
}
