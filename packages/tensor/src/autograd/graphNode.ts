import type { Tensor } from '../tensor.ts';
import type { Gradients } from './gradients.ts';

/** One operation on the tape. */
export class GraphNode {
  static #count = 0;
  /** Grows from operation to operation, so that descending order is a valid order for the backward pass. */
  readonly number = GraphNode.#count++;
  readonly operation: string;
  readonly inputs: readonly Tensor[];
  #backward: ((gradients: Gradients) => void) | null;

  constructor(operation: string, inputs: readonly Tensor[], backward: (gradients: Gradients) => void) {
    this.operation = operation;
    this.inputs = inputs;
    this.#backward = backward;
  }

  /** Whether the backward pass went through it, which lets go of what it had kept. */
  get spent(): boolean {
    return this.#backward === null;
  }

  runBackward(gradients: Gradients): void {
    const backward = this.#backward;
    this.#backward = null;
    backward?.(gradients);
  }
}
