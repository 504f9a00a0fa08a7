import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { defaultDevice, linear, Module, mseLoss, Parameter, reshape, tensor } from '@attune/tensor';
import { fusedCrossEntropy } from '@attune/tensor/internal';
import type { Device, Tensor } from '@attune/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../golden/smoothing.json' with { type: 'json' };
import type { ModelOutput, TrainableModel } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { make } from '../testing/regression.ts';
import { defaultLoss } from './loss.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const said = captureTerminal();

/** Three classes for each number, and a loss of its own that is not a cross-entropy. */
class Classes extends Module implements TrainableModel {
  readonly inputNames = ['input_x'];
  readonly weight = new Parameter(Float32Array.of(1, -2, 0.5), { shape: [3, 1], device });
  config?: { readonly problemType: string };

  forward({ input_x: input, labels }: Batch): ModelOutput {
    const shape = input?.shape ?? [];
    const count = input?.data.length ?? 0;
    const x = tensor(Float32Array.from(input?.data ?? []), { shape: [count, 1], device });
    const logits = reshape(linear(x, this.weight), [...shape, 3]);
    return labels ? { logits, loss: mseLoss(logits, new Float32Array(logits.size)) } : { logits };
  }
}

const lossOf = (model: TrainableModel, labels: Batch[string], input: Batch[string]) =>
  defaultLoss(
    model,
    { input_x: input, labels },
    {},
    { labelNames: ['labels'], labelSmoothingFactor: 0.1, operations: { fusedCrossEntropy, reshape } },
  ).loss!.item();

describe('labelSmoothingFactor', () => {
  it.each(golden.cases)(
    'is that of transformers for labels of the shape $shape',
    async ({ x, labels, shape, loss }) => {
      const input = { data: Float32Array.from(x), shape };
      expect(await lossOf(new Classes(), { data: Int32Array.from(labels), shape }, input)).toBeCloseTo(loss, 5);
      expect(said).toEqual([]);
    },
  );

  it('does nothing for labels that are not classes, and warns once', async () => {
    const input = { data: Float32Array.of(1, 2), shape: [2] };
    const model = new Classes();
    const own = await model.forward({ input_x: input, labels: input }).loss!.item();
    expect(await lossOf(model, { data: new Float32Array(6), shape: [2, 3] }, input)).toBe(own);
    expect(await lossOf(model, { data: new Int32Array(6), shape: [2, 3] }, input)).toBe(own);
    expect(await lossOf(new Classes(), { data: new Int32Array(6), shape: [2, 3] }, input)).toBe(own);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/labelSmoothingFactor does nothing/);
  });

  it('warns at once if the model has several labels per row', async () => {
    const model = Object.assign(new Classes(), { config: { problemType: 'multi_label_classification' } });
    await make({ labelSmoothingFactor: 0.1 }, { model });
    expect(said).toHaveLength(1);
  });

  it('is loaded with the first evaluation, which a computeLoss by hand before it is told', async () => {
    const model = new Classes();
    const evalDataset = Dataset.fromRows([{ input_x: 1, label: 2 }]);
    const { trainer } = await make({ labelSmoothingFactor: 0.1 }, { model, evalDataset });
    const labels = { data: Int32Array.of(0, 1), shape: [2] };
    const batch = { input_x: { data: Float32Array.of(1, 2), shape: [2] }, labels };
    expect(() => trainer.computeLoss(model, batch)).toThrow(
      /label smoothing is loaded by createOptimizer\(\), train\(\)/,
    );
    await trainer.evaluate();
    expect(await (trainer.computeLoss(model, batch) as Tensor).item()).toBeGreaterThan(0);
  });
});
