import { beforeAll, describe, expect, it } from 'vitest';
import written from '../golden/programs.json' with { type: 'json' };
// oxlint-disable-next-line import/no-unassigned-import
import './methods.ts';
import * as attune from './index.ts';
import type { Tensor } from './index.ts';

const { AdamW, arange, bceWithLogits, clipGradNorm, concat, crossEntropy, defaultDevice, Embedding, GELU } = attune;
const { LayerNorm, lerp, Linear, Module, ModuleList, mseLoss, noGrad, oneHot, Parameter, rand, randint } = attune;
const { randn, RMSprop, scaledDotProductAttention, Sequential, setSeed, SGD, SiLU, stack, Tanh, tensor } = attune;
const { topk, zeros, zerosLike } = attune;

beforeAll(async () => {
  await defaultDevice();
});

const steps = 5;
type Program = () => AsyncGenerator<Tensor>;
const layer = (inFeatures: number, outFeatures: number, bias = true) => new Linear({ inFeatures, outFeatures, bias });

/** What a program does with a loss. */
async function update(loss: Tensor, optimizer: attune.Optimizer): Promise<void> {
  optimizer.zeroGrad();
  loss.backward();
  await optimizer.step();
}

async function* variationalAutoencoder(): AsyncGenerator<Tensor> {
  const [encoder, mean, logVariance] = [layer(8, 16), layer(16, 2), layer(16, 2)];
  const [hidden, decoder] = [layer(2, 16), layer(16, 8)];
  const layers = new ModuleList([encoder, mean, logVariance, hidden, decoder]);
  const x = rand([32, 8]);
  const optimizer = new AdamW(layers.parameters(), { lr: 1e-2, weightDecay: 0 });
  for (let step = 0; step < steps; step++) {
    const noise = randn([32, 2]);
    const features = encoder.forward(x).relu();
    const [mu, logVar] = [mean.forward(features), logVariance.forward(features)];
    const logits = decoder.forward(hidden.forward(mu.add(noise.mul(logVar.mul(0.5).exp()))).relu());
    const reconstruction = bceWithLogits(logits, x, { reduction: 'sum' });
    const divergence = logVar.add(1).sub(mu.pow(2)).sub(logVar.exp()).sum().mul(-0.5);
    const loss = reconstruction.add(divergence).div(32);
    await update(loss, optimizer);
    yield loss;
  }
}

class Block extends Module {
  readonly heads: number;
  readonly ln1;
  readonly qkv;
  readonly proj;
  readonly ln2;
  readonly mlp;

  constructor(width: number, heads: number) {
    super();
    this.heads = heads;
    this.ln1 = new LayerNorm({ normalizedShape: width });
    this.qkv = layer(width, 3 * width);
    this.proj = layer(width, width);
    this.ln2 = new LayerNorm({ normalizedShape: width });
    this.mlp = new Sequential(layer(width, 4 * width), new GELU(), layer(4 * width, width));
  }

  forward(input: Tensor): Tensor {
    const [batch, length, width] = input.shape as [number, number, number];
    const parts = this.qkv.forward(this.ln1.forward(input)).split(width, 2);
    const [q, k, v] = parts.map((part) =>
      part.reshape([batch, length, this.heads, width / this.heads]).transpose(1, 2),
    ) as [Tensor, Tensor, Tensor];
    const seen = scaledDotProductAttention(q, k, v, { isCausal: true });
    const x = input.add(this.proj.forward(seen.transpose(1, 2).reshape([batch, length, width])));
    return x.add(this.mlp.forward(this.ln2.forward(x)));
  }
}

/** Its head is its embedding. */
class LanguageModel extends Module {
  readonly tokens = new Embedding({ numEmbeddings: 13, embeddingDim: 16 });
  readonly places = new Embedding({ numEmbeddings: 8, embeddingDim: 16 });
  readonly blocks = [new Block(16, 2), new Block(16, 2)];
  readonly norm = new LayerNorm({ normalizedShape: 16 });
  readonly head = new Linear({ weight: this.tokens.weight });

  forward(ids: Tensor): Tensor {
    let x: Tensor = this.tokens.forward(ids).add(this.places.forward(arange(ids.shape[1] as number)));
    for (const block of this.blocks) x = block.forward(x);
    return this.head.forward(this.norm.forward(x));
  }
}

async function* languageModel(): AsyncGenerator<Tensor> {
  const model = new LanguageModel();
  const data = Int32Array.from({ length: 200 }, (_, index) => (index * 7) % 13);
  const lr = 3e-3;
  const optimizer = new AdamW(model.parameters(), { lr, betas: [0.9, 0.95], weightDecay: 0.1 });
  for (let step = 0; step < steps; step++) {
    optimizer.paramGroups[0]!.lr = lr * 0.5 * (1 + Math.cos((Math.PI * step) / 30));
    const starts = await randint(0, data.length - 9, [4]).data();
    const rows = stack(Array.from(starts, (start) => tensor(data.slice(start, start + 9))));
    const logits = model.forward(rows.slice(null, [0, -1]));
    const loss = crossEntropy(logits.reshape([-1, 13]), rows.slice(null, [1]).reshape([-1]));
    optimizer.zeroGrad();
    loss.backward();
    await clipGradNorm(model.parameters(), 1);
    await optimizer.step();
    yield loss;
  }
  let ids: Tensor = zeros([1, 1], { dtype: 'i32' });
  for (let length = 1; length < 7; length++)
    ids = noGrad(() => concat([ids, model.forward(ids).select(1, -1).argMax(-1, { keepDim: true })], 1));
  yield ids;
}

const normalize = (x: Tensor) => x.div(x.norm(1, { keepDim: true }).clamp({ min: 1e-12 }));

async function* contrastive(): AsyncGenerator<Tensor> {
  const encoder = new Sequential(layer(6, 12), new Tanh(), layer(12, 4));
  const first = randn([16, 6]);
  const second = first.add(randn([16, 6]).mul(0.1));
  const logScale = new Parameter(Float32Array.of(Math.log(1 / 0.07)), { shape: [] });
  const groups = [{ params: encoder.parameters() }, { params: [logScale], lr: 2 }];
  const optimizer = new SGD(groups, { lr: 0.1, momentum: 0.9, nesterov: true });
  for (let step = 0; step < steps; step++) {
    const [a, b] = [normalize(encoder.forward(first)), normalize(encoder.forward(second))];
    const scores = a.matmul(b.transpose(0, 1)).mul(logScale.exp());
    const own = arange(16);
    const loss = crossEntropy(scores, own)
      .add(crossEntropy(scores.transpose(0, 1), own))
      .div(2);
    await update(loss, optimizer);
    logScale.copyFrom(noGrad(() => logScale.clamp({ min: 0, max: 2.5 })));
    yield loss;
  }
  yield logScale;
}

async function* recurrent(): AsyncGenerator<Tensor> {
  const [ofInput, ofState, head] = [layer(3, 32), layer(8, 32), layer(8, 1)];
  const x = randn([4, 7, 3]);
  const y = x.sum(-1).cumsum(1);
  const layers = [ofInput, ofState, head];
  const optimizer = new RMSprop(
    layers.flatMap((one) => [...one.parameters()]),
    { lr: 1e-2 },
  );
  for (let step = 0; step < steps; step++) {
    let [state, cell]: [Tensor, Tensor] = [zeros([4, 8]), zeros([4, 8])];
    const states: Tensor[] = [];
    for (let time = 0; time < 7; time++) {
      const gates = ofInput.forward(x.select(1, time)).add(ofState.forward(state));
      const [enter, forget, next, leave] = gates.chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
      cell = forget.sigmoid().mul(cell).add(enter.sigmoid().mul(next.tanh()));
      state = leave.sigmoid().mul(cell.tanh());
      states.push(state);
    }
    const loss = mseLoss(head.forward(stack(states, 1)).squeeze(-1), y);
    await update(loss, optimizer);
    yield loss;
  }
}

async function* mixtureOfExperts(): AsyncGenerator<Tensor> {
  const gate = layer(6, 4, false);
  const experts = Array.from({ length: 4 }, () => new Sequential(layer(6, 12), new SiLU(), layer(12, 6)));
  const [x, y] = [randn([10, 6]), randn([10, 6])];
  const parameters = [gate, ...experts].flatMap((one) => [...one.parameters()]);
  const optimizer = new AdamW(parameters, { lr: 1e-2 });
  for (let step = 0; step < steps; step++) {
    const probabilities = gate.forward(x).softmax(-1);
    const { values, indices } = topk(probabilities, 2);
    const weights = values.div(values.sum(-1, { keepDim: true })).flatten();
    const chosen = await indices.data();
    let output: Tensor = zerosLike(x);
    for (const [number, expert] of experts.entries()) {
      const places = [...chosen.keys()].filter((place) => chosen[place] === number);
      if (places.length === 0) continue;
      const rows = tensor(Int32Array.from(places, (place) => Math.floor(place / 2)));
      const given = expert.forward(x.indexSelect(0, rows)).mul(weights.indexSelect(0, places).unsqueeze(-1));
      output = output.scatterAdd(0, rows.unsqueeze(1).expand(given.shape), given);
    }
    const load = oneHot(indices, 4).cast('f32').sum(1).mean(0);
    const loss = mseLoss(output, y).add(load.mul(probabilities.mean(0)).sum().mul(0.04));
    await update(loss, optimizer);
    yield loss;
  }
}

class Pooled extends Module {
  readonly embedding = new Embedding({ numEmbeddings: 11, embeddingDim: 5, paddingIdx: 0 });
  readonly head = layer(5, 3);

  forward(ids: Tensor): Tensor {
    const mask = ids.ne(0).unsqueeze(-1).cast('f32');
    const sums = this.embedding.forward(ids).mul(mask).sum(1);
    return this.head.forward(sums.div(mask.sum(1).clamp({ min: 1e-9 })));
  }
}

/** Of several batches an update, with an average of the weights. */
async function* averaged(): AsyncGenerator<Tensor> {
  const [model, average] = [new Pooled(), new Pooled()];
  average.loadStateDict(await model.stateDict());
  const optimizer = new AdamW(model.parameters(), { lr: 1e-2 });
  const ids = tensor(Int32Array.of(1, 2, 3, 0, 4, 5, 0, 0, 6, 7, 8, 9, 10, 1, 0, 0), { shape: [4, 4] });
  const classes = tensor(Int32Array.of(0, 1, 2, 1));
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    for (const first of [0, 2]) {
      const logits = model.forward(ids.narrow(0, first, 2));
      const loss = crossEntropy(logits, classes.narrow(0, first, 2), { labelSmoothing: 0.1 }).div(2);
      loss.backward();
      yield loss;
    }
    await optimizer.step();
    const weights = [...model.parameters()];
    for (const [index, mean] of [...average.parameters()].entries())
      mean.copyFrom(noGrad(() => lerp(mean, weights[index]!, 0.1)));
  }
  yield* average.parameters();
}

async function* ownOptimizer(): AsyncGenerator<Tensor> {
  const weight = new Parameter(await randn([5]).data(), { shape: [5] });
  const matrix = randn([5, 5]);
  let [first, second]: [Tensor<'f32'>, Tensor<'f32'>] = [zeros([5]), zeros([5])];
  for (let step = 1; step <= steps; step++) {
    const loss = matrix.matmul(weight).pow(2).sum();
    weight.clearGrad();
    loss.backward();
    const gradient = weight.grad!;
    noGrad(() => {
      first = first.mul(0.9).add(gradient.mul(0.1));
      second = second.mul(0.999).add(gradient.square().mul(0.001));
      const direction = first.div(1 - 0.9 ** step).div(
        second
          .div(1 - 0.999 ** step)
          .sqrt()
          .add(1e-8),
      );
      weight.copyFrom(weight.sub(direction.mul(0.1)));
    });
    yield loss;
  }
  yield weight;
}

async function* beamSearch(): AsyncGenerator<Tensor> {
  const transitions = randn([6, 6]).logSoftmax();
  let [beams, scores]: [Tensor, Tensor] = [zeros([1, 1], { dtype: 'i32' }), zeros([1])];
  for (let step = 0; step < steps; step++) {
    const candidates = scores
      .unsqueeze(-1)
      .add(transitions.indexSelect(0, beams.select(1, -1)))
      .flatten();
    const { values, indices } = topk(candidates, Math.min(3, candidates.size));
    scores = values;
    const parents = indices.div(6).floor().cast('i32');
    const tokens = indices.sub(parents.mul(6)).unsqueeze(-1);
    beams = concat([beams.indexSelect(0, parents), tokens], 1);
  }
  yield beams;
  yield scores;
}

const programs: readonly (readonly [keyof typeof written, Program])[] = [
  ['variational_autoencoder', variationalAutoencoder],
  ['language_model', languageModel],
  ['contrastive', contrastive],
  ['recurrent', recurrent],
  ['mixture_of_experts', mixtureOfExperts],
  ['averaged', averaged],
  ['own_optimizer', ownOptimizer],
  ['beam_search', beamSearch],
];

describe('programs give what they give in PyTorch, from the same seed', () => {
  it.each(programs.map((entry, seed) => [...entry, seed] as const))('%s', async (name, program, seed) => {
    setSeed(seed);
    const found: number[] = [];
    for await (const result of program()) found.push(...(await result.data()));
    expect(found).toHaveLength(written[name].length);
    for (const [index, value] of found.entries())
      expect(value, `value ${index}`).toBeCloseTo(written[name][index] as number, 4);
  });
});
