// LoRA (Hu et al., 2021): a BERT is tuned by small matrices beside its query and value layers, which are
// then merged into their weights. Beside it the same model, tuned whole.
// From a base that guesses (0.51) two epochs bring LoRA of rank 8 to 0.935 of the pocket pairs with 4,226
// trained parameters, and full tuning to 0.970 with 85,506 (lavapipe 25, 2026-11-28). A model as small as
// this has more activations than weights: LoRA needs 9.7 MB, full tuning 7.4 MB.
// npm run example -- lora-bert [PAIRS] [EPOCHS OF THE BASE] [EPOCHS] [RANK]
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { add, init, Linear, matmul, Module, noGrad, scale, writeSafetensors } from '@attune/tensor';
import type { Tensor } from '@attune/tensor';
import { pocketTask } from './pocketTask.ts';

/** A linear layer, frozen, and beside it a change of rank r: `base(x) + (alpha / r) B A x`. */
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

  /** The layer with the change in its weight. */
  async merged(): Promise<Linear> {
    const { weight } = this.base_layer;
    const change = scale(matmul(this.lora_B.weight, this.lora_A.weight), this.#factor);
    weight.setData((await noGrad(() => add(weight, change)).data()) as Float32Array);
    return this.base_layer;
  }
}

const [rows = 8000, baseEpochs = 1, epochs = 2, rank = 8] = process.argv.slice(2).map(Number);
const { createModel, tune } = await pocketTask(rows);
const tell = (what: string, { trained, megabytes, accuracy }: Awaited<ReturnType<typeof tune>>) =>
  console.log(`${what}: ${trained} trained parameters, ${megabytes.toFixed(1)} MB, accuracy ${accuracy.toFixed(4)}`);

const base = await createModel(1);
tell('the base', await tune(base, baseEpochs, 2e-3));
const weights = await base.stateDict();
base.dispose();

const whole = await createModel(1);
whole.loadStateDict(weights);
tell('tuned whole', await tune(whole, epochs, 1e-3));
whole.dispose();

const model = await createModel(1);
model.loadStateDict(weights);
model.requiresGrad_(false);
model.classifier.requiresGrad_();
const attentions = model.bert.encoder.layer.map(({ attention }) => attention.self);
for (const attention of attentions) {
  attention.query = new LoraLinear(attention.query as Linear, rank);
  attention.value = new LoraLinear(attention.value as Linear, rank);
}
tell(`LoRA of rank ${rank}`, await tune(model, epochs, 4e-3));

// Saved by itself, an adapter is small; merged, the model is a plain BERT again.
const folder = mkdtempSync(join(tmpdir(), 'lora-'));
const adapter = [...(await model.stateDict())].filter(([name]) => /lora_|classifier/.test(name));
writeFileSync(join(folder, 'adapter_model.safetensors'), writeSafetensors(adapter));
for (const attention of attentions) {
  attention.query = await (attention.query as LoraLinear).merged();
  attention.value = await (attention.value as LoraLinear).merged();
}
console.log(`merged: accuracy ${(await tune(model, 0, 1)).accuracy.toFixed(4)}`);
await model.savePretrained(folder);
console.log(`adapter and model lie in ${folder}`);
