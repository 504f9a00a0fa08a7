import type { Batch } from '@attune/data';
import { defaultDevice, Linear, linear, Module, mseLoss, Parameter, scale, tensor } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import golden from '../../golden/regression.json' with { type: 'json' };
import type { ForwardContext, ModelOutput, TrainableModel } from '../index.ts';

/**
 * `y = a x + b` from a = b = 0 under the mean squared error: the model of transformers' own Trainer
 * tests.
 */
export class RegressionModel extends Module implements TrainableModel {
  readonly inputNames = ['input_x'];
  readonly a: Parameter;
  readonly b: Parameter;

  constructor(a: Parameter, b: Parameter) {
    super();
    this.a = a;
    this.b = b;
  }

  static async create(on?: Device): Promise<RegressionModel> {
    const device = on ?? (await defaultDevice());
    return new RegressionModel(
      new Parameter(new Float32Array(1), { shape: [1, 1], device }),
      new Parameter(new Float32Array(1), { shape: [1], device }),
    );
  }

  forward(batch: Batch, { numItemsInBatch }: ForwardContext = {}): ModelOutput {
    const { input_x: input, labels } = batch;
    if (!input) throw new Error('no input_x');
    const rows = input.shape[0] ?? 0;
    const x = tensor(Float32Array.from(input.data), { shape: [rows, 1], device: this.a.device });
    const logits = linear(x, this.a, this.b);
    if (!labels) return { logits };
    return { logits, loss: mseLoss(logits, Float32Array.from(labels.data), { factor: 1 / (numItemsInBatch ?? rows) }) };
  }
}

/**
 * The same by a layer with an f16 copy, under a loss whose scaled gradient overflows f16 at first.
 */
export class SteepModel extends RegressionModel {
  readonly linear = new Linear({ weight: this.a, bias: this.b });

  override forward(batch: Batch, context: ForwardContext = {}): ModelOutput {
    const { input_x: input, labels } = batch;
    const x = tensor(Float32Array.from(input?.data ?? []), {
      shape: [input?.shape[0] ?? 0, 1],
      device: this.a.device,
    });
    const logits = this.linear.forward(x);
    return {
      logits,
      loss: scale(
        mseLoss(logits, Float32Array.from(labels?.data ?? []), { factor: 1 / (context.numItemsInBatch ?? 1) }),
        100,
      ),
    };
  }
}

export const rows = golden.x.map((input_x, index) => ({
  input_x,
  label: golden.y[index] ?? NaN,
  note: `row ${index}`,
}));
