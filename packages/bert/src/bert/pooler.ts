import { gatherRows, Module, tanh, type Linear, type Tensor } from '@attune/tensor';
import { linearOf, type Run, type WeightSource } from './layers.ts';

/** The first token of each sequence, through a linear layer and tanh. */
export class BertPooler extends Module {
  readonly dense: Linear;

  constructor(weights: WeightSource) {
    super();
    this.dense = linearOf(weights, 'dense', { fullPrecision: true });
  }

  /** @returns [rows, hidden] */
  forward(hidden: Tensor, { packed }: Run): Tensor {
    return tanh(this.dense.forward(gatherRows(hidden, packed.cuSeqlens.slice(0, -1))));
  }
}
