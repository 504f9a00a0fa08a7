import { ReleasedArrayError } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { AutogradError } from '../errors.ts';
import type { Gradients } from './gradients.ts';
import type { GradTensor } from './gradTensor.ts';
import type { ResultGroup } from './resultGroup.ts';

/** What the tape needs to know about a tensor. */
export interface TapeTensor extends GradTensor {
  readonly node: GraphNode | null;
  dispose(): void;
}

export interface GraphNodeOptions {
  readonly operation: string;
  readonly inputs: readonly TapeTensor[];
  /** Arrays that only `backward` reads. */
  readonly saved: readonly (GpuArray | null | undefined)[];
  /** Called when `backward` has run, or never will. */
  readonly letGo?: (() => void) | undefined;
  /** Whether `backward` reads the result. Default true. */
  readonly readsResult?: boolean | undefined;
  readonly isView: boolean;
  /**
   * The input of the GELU that ends the operation, where the backward accepts the gradient before
   * it.
   */
  readonly preActivation?: GpuArray | null | undefined;
  readonly backward: (gradients: Gradients) => void;
  readonly group: ResultGroup | null;
}

/** One operation on the tape. */
export class GraphNode {
  static #count = 0;

  /** The number that the next operation on the tape will get. */
  static get next(): number {
    return GraphNode.#count;
  }

  /** Increases with every operation, so that descending order is valid for the backward pass. */
  readonly number = GraphNode.#count++;
  readonly operation: string;
  /** Whether the result is a view of the first input. */
  readonly isView: boolean;
  readonly readsResult: boolean;
  readonly preActivation: GpuArray | null;
  readonly group: ResultGroup | null;
  #inputs: readonly TapeTensor[];
  #saved: readonly (GpuArray | null | undefined)[];
  #letGo: (() => void) | undefined;
  #backward: ((gradients: Gradients) => void) | null;

  constructor(options: GraphNodeOptions) {
    this.operation = options.operation;
    this.#inputs = options.inputs;
    this.isView = options.isView;
    this.readsResult = options.readsResult ?? true;
    this.preActivation = options.preActivation ?? null;
    this.group = options.group;
    this.#saved = options.saved;
    this.#letGo = options.letGo;
    this.#backward = options.backward;
    this.group?.addOperation();
  }

  /** The tensors that the result was computed from; none once its backward has run. */
  get inputs(): readonly TapeTensor[] {
    return this.#inputs;
  }

  /** Whether its backward has run, which released what it had kept. */
  get spent(): boolean {
    return this.#backward === null;
  }

  /** Records the backward kernels, if there is a gradient, and releases what they read. */
  runBackward(gradients: Gradients, device: Device, gradientCame: boolean): void {
    const backward = this.#backward;
    this.#backward = null;
    if (gradientCame && backward) this.#record(backward, gradients);
    for (const array of this.#saved) if (array) device.release(array);
    this.#saved = [];
    // A loss that is kept, to be plotted say, must not keep the activations.
    this.#inputs = [];
    this.#letGo?.();
    this.#letGo = undefined;
  }

  #record(backward: (gradients: Gradients) => void, gradients: Gradients): void {
    try {
      backward(gradients);
    } catch (error) {
      if (!(error instanceof ReleasedArrayError)) throw error;
      throw new AutogradError(
        `backward(): ${this.operation} reads a tensor whose memory was released. Call backward() before dispose() or the end of a device.scope.`,
        { cause: error },
      );
    }
  }
}
