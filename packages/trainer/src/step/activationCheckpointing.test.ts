import { checkpoint, defaultDevice, Dropout, linear, Linear, Module, mseLoss, Parameter, tensor } from '@attune/tensor';
import type { RandomKey, Tensor } from '@attune/tensor';
import { randomState } from '@attune/tensor/internal';
import type { Batch } from '@attune/data';
import { describe, expect, it } from 'vitest';
import { TrainingArguments } from '../index.ts';
import type { ForwardContext, ModelOutput, TrainableModel, TrainingArgumentsOptions } from '../index.ts';
import { folder, make } from '../testing/regression.ts';

/** Layers with dropout over what `input_x` is spread to. */
class LayeredModel extends Module implements TrainableModel {
  readonly inputNames = ['input_x'];
  readonly layers: Linear[];
  readonly dropouts = [0, 1, 2].map((site) => new Dropout({ p: 0.4, site }));
  readonly spread: Parameter;
  every = 0;
  recomputed = 0;

  constructor(parameter: (shape: number[]) => Parameter) {
    super();
    this.spread = parameter([16, 1]);
    this.layers = [16, 16, 1].map((out) => new Linear({ weight: parameter([out, 16]), bias: parameter([out]) }));
  }

  static async create(): Promise<LayeredModel> {
    const device = await defaultDevice();
    return new LayeredModel((shape) => {
      const data = Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        (_, index) => Math.sin(index + 1) / 4,
      );
      return new Parameter(data, { shape, device });
    });
  }

  activationCheckpointingEnable({ everyNLayers = 1 } = {}): void {
    this.every = everyNLayers;
  }

  forward(
    batch: Batch,
    { numItemsInBatch, seed = 0, update = 0, exampleOffset = 0 }: ForwardContext = {},
  ): ModelOutput {
    const { input_x: input, labels } = batch;
    const { device } = this;
    const shape = [input?.shape[0] ?? 0];
    const random = {
      state: randomState(device, { seed, update }),
      tokenKeys: tensor(
        Uint32Array.from(input?.data ?? [], (_, row) => (exampleOffset + row) << 16),
        { shape, device },
      ),
    };
    const x = tensor(Float32Array.from(input?.data ?? []), { shape: [shape[0] ?? 0, 1], device });
    let hidden: Tensor = linear(x, this.spread);
    for (const index of this.layers.keys()) {
      const layer = (given: Tensor) => this.#layer(index, given, random);
      const again = this.training && this.every > 0 && index % this.every === 0;
      hidden = again ? checkpoint(layer, hidden) : layer(hidden);
    }
    if (!labels) return { logits: hidden };
    const factor = 1 / (numItemsInBatch ?? shape[0] ?? 1);
    return { logits: hidden, loss: mseLoss(hidden, Float32Array.from(labels.data), { factor }) };
  }

  #layer(index: number, hidden: Tensor, random: RandomKey): Tensor {
    this.recomputed += 1;
    const dropped = this.dropouts[index]?.forward(hidden, random) ?? hidden;
    return this.layers[index]?.forward(dropped, index < 2 ? { activation: 'gelu' } : {}) ?? dropped;
  }
}

type Options = Partial<TrainingArgumentsOptions>;

async function train(options: Options, resume: string | false = false, saving: Options = { saveStrategy: 'no' }) {
  const model = await LayeredModel.create();
  const { trainer } = await make(
    { maxSteps: 6, loggingSteps: 2, learningRate: 0.01, ...saving, ...options },
    { model },
  );
  await trainer.train({ resumeFromCheckpoint: resume });
  const weights = Object.fromEntries(
    [...(await model.stateDict())].map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
  const losses = trainer.state.logHistory.map(({ step, loss, grad_norm }) => ({ step, loss, grad_norm }));
  return { weights, losses, layers: model.recomputed };
}

describe('activationCheckpointing', () => {
  it.each<Options>([{}, { gradientAccumulationSteps: 2 }, { fp16: true, gradientAccumulationSteps: 3 }])(
    'has the bits of the run without it, and of one that goes on: %o',
    async (options) => {
      const plain = await train(options);
      expect(Object.values(plain.weights).flat().every(Number.isFinite)).toBe(true);
      const { layers, ...bits } = await train({ ...options, activationCheckpointing: true }, false, {
        saveStrategy: 'steps',
        saveSteps: 3,
      });
      expect(bits).toEqual({ weights: plain.weights, losses: plain.losses });
      expect(layers).toBeGreaterThan(plain.layers);
      const half = { ...options, activationCheckpointingKwargs: { everyNLayers: 2 }, gradientCheckpointing: true };
      const resumed = await train(half, `${folder()}/checkpoint-3`);
      expect(resumed.weights).toEqual(plain.weights);
    },
  );

  it('is refused by name where the model cannot do it', async () => {
    await expect(make({ activationCheckpointing: true })).rejects.toThrow(
      /activationCheckpointing is true, but RegressionModel has no activationCheckpointingEnable/,
    );
  });

  it('has two names, of which the newer one counts', () => {
    const names = (options: object) => {
      const args = new TrainingArguments('out', options);
      expect(args.gradientCheckpointing).toBe(args.activationCheckpointing);
      expect(args.gradientCheckpointingKwargs).toBe(args.activationCheckpointingKwargs);
      return [args.activationCheckpointing, args.activationCheckpointingKwargs];
    };
    expect(names({})).toEqual([false, null]);
    expect(names({ gradientCheckpointing: true })).toEqual([true, null]);
    expect(names({ gradientCheckpointing: true, activationCheckpointing: false })).toEqual([false, null]);
    expect(names({ gradientCheckpointingKwargs: { useReentrant: false } })).toEqual([false, { useReentrant: false }]);
    expect(names({ activationCheckpointing: { everyNLayers: 3 } })).toEqual([true, { everyNLayers: 3 }]);
  });

  it.each([
    [{ activationCheckpointing: 'yes' }, /activationCheckpointing must be true or false; got "yes"/],
    [{ activationCheckpointingKwargs: { everyLayers: 2 } }, 'everyLayers; did you mean everyNLayers?'],
    [{ activationCheckpointingKwargs: { everyNLayers: 0 } }, /everyNLayers must be a whole number of at least 1/],
    [{ gradientCheckpointingKwargs: { useReentrant: true } }, /useReentrant must be false, the only supported value/],
    [
      { activationCheckpointingKwargs: 3 },
      'activationCheckpointingKwargs takes its options as an object, { everyNLayers, offload, useReentrant, … }; got 3',
    ],
  ])('refuses %o', (options, message) => {
    expect(() => new TrainingArguments('out', options as object)).toThrow(message);
  });
});
