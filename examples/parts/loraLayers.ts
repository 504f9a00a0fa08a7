// The layers of LoRA (Hu et al., 2021), for lora-bert.ts.
import type { BertForSequenceClassification } from '@attune/bert';
import { add, init, Linear, matmul, Module, noGrad, scale } from '@attune/tensor';
import type { Tensor } from '@attune/tensor';

/** A frozen linear layer plus a change of rank r: `base(x) + (alpha / r) B A x`. */
class LoraLinear extends Module {
  readonly base_layer: Linear;
  readonly lora_A: Linear;
  readonly lora_B: Linear;
  readonly #factor: number;

  constructor(base: Linear, rank: number, alpha = 16) {
    super();
    const { inFeatures, outFeatures, device } = base;
    this.base_layer = base.requiresGrad_(false);
    this.lora_A = new Linear({ inFeatures, outFeatures: rank, bias: false, device });
    this.lora_B = new Linear({ inFeatures: rank, outFeatures, bias: false, device });
    init.zeros(this.lora_B.weight);
    this.#factor = alpha / rank;
  }

  forward(input: Tensor): Tensor {
    return add(this.base_layer.forward(input), scale(this.lora_B.forward(this.lora_A.forward(input)), this.#factor));
  }

  /** The layer with the change merged into its weight. */
  async merged(): Promise<Linear> {
    const { weight } = this.base_layer;
    const change = scale(matmul(this.lora_B.weight, this.lora_A.weight), this.#factor);
    weight.setData((await noGrad(() => add(weight, change)).data()) as Float32Array);
    return this.base_layer;
  }
}

const attentionsOf = ({ bert }: BertForSequenceClassification) =>
  bert.encoder.layer.map(({ attention }) => attention.self);

/** Freezes a model except its classifier, and adds LoRA to query and value. */
export function addLora(model: BertForSequenceClassification, rank: number): void {
  model.requiresGrad_(false);
  model.classifier.requiresGrad_();
  for (const attention of attentionsOf(model)) {
    attention.query = new LoraLinear(attention.query as Linear, rank);
    attention.value = new LoraLinear(attention.value as Linear, rank);
  }
}

/** Merges the changes into the weights: the model is a plain BERT again. */
export async function mergeLora(model: BertForSequenceClassification): Promise<void> {
  for (const attention of attentionsOf(model)) {
    attention.query = await (attention.query as LoraLinear).merged();
    attention.value = await (attention.value as LoraLinear).merged();
  }
}
