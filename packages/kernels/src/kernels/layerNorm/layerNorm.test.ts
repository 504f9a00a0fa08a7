import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import {
  epsilon,
  expectLayerNorm,
  keysOf,
  prepareLayerNorm,
  runLayerNorm,
  seed,
  site,
  update,
} from '../../testing/layerNormCases.ts';
import type { LayerNormCase } from '../../testing/layerNormCases.ts';
import { layerNorm, layerNormBackward } from './index.ts';
import type { LayerNormVariant } from './index.ts';
import { layerNormReference } from './reference.ts';

const variants: LayerNormVariant[] = ['rowPerInvocation', 'workgroupPerRow'];
const shapes = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 3 },
  { rows: 3, columns: 17 },
  { rows: 17, columns: 63 },
  { rows: 63, columns: 65 },
  { rows: 65, columns: 129 },
  { rows: 129, columns: 64 },
  { rows: 512, columns: 128 },
  { rows: 1, columns: 768 },
  { rows: 1100, columns: 12 },
  { rows: 3, columns: 1100 },
  { rows: 5, columns: 1029 },
  { rows: 2, columns: 2052 },
];

describe('layerNorm', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  for (const variant of variants) {
    describe(variant, () => {
      for (const type of ['f32', 'f16'] as const) {
        it.each(shapes)(
          `equals the reference over $rows rows of $columns in ${type}, plain and with residual and dropout`,
          async ({ rows, columns }) => {
            for (const options of [{}, { residual: true }, { dropout: true }, { residual: true, dropout: true }]) {
              const given: LayerNormCase = { rows, columns, variant, type, ...options };
              // A row of one column has no variance: everything is the rounding of 0 * 1e6, which
              // says nothing.
              const result = await runLayerNorm(gpu, given);
              if (columns > 1) expectLayerNorm(given, result);
              else
                expect([...result.results.output]).toEqual(
                  [...result.forward.output].map((value) => expect.closeTo(value, 2)),
                );
            }
          },
        );
      }

      it.each([1e4, -1e4])('keeps its digits around a mean of %f', async (mean) => {
        const given: LayerNormCase = { rows: 17, columns: 768, variant, mean };
        expectLayerNorm(given, await runLayerNorm(gpu, given));
      });

      it.each([1, 96, 100])(
        'keeps its digits where the first %i columns are unlike the others',
        async (startColumns) => {
          for (const residual of [false, true]) {
            const given: LayerNormCase = {
              rows: 17,
              columns: 768,
              variant,
              residual,
              start: { columns: startColumns, offset: 1e5 },
            };
            expectLayerNorm(given, await runLayerNorm(gpu, given));
          }
        },
      );

      it('takes values of 1e15 and of 1e-15', async () => {
        for (const deviation of [1e15, 1e-3]) {
          const given: LayerNormCase = { rows: 5, columns: 65, variant, residual: true, deviation };
          expectLayerNorm(given, await runLayerNorm(gpu, given));
        }
      });

      it('adds to gradients when asked to', async () => {
        const given: LayerNormCase = { rows: 65, columns: 20, variant };
        expectLayerNorm(given, await runLayerNorm(gpu, given, true), 10);
      });

      it('drops exactly what the reference drops', async () => {
        const given: LayerNormCase = { rows: 65, columns: 36, variant, dropout: true };
        const { results, forward, backward } = await runLayerNorm(gpu, given);
        expect(results.sum.map((value) => (value === 0 ? 1 : 0))).toEqual(
          Float32Array.from(forward.sum, (value) => (value === 0 ? 1 : 0)),
        );
        expect(results.gradInput.map((value) => (value === 0 ? 1 : 0))).toEqual(
          Float32Array.from(backward.gradInput, (value) => (value === 0 ? 1 : 0)),
        );
      });
    });
  }

  it('gives the same in two dispatches, where an adapter binds few arrays', async () => {
    const narrowDevice = await openDevice({ limits: { maxStorageBuffersPerShaderStage: 8 } });
    for (const variant of variants) {
      const given: LayerNormCase = { rows: 17, columns: 20, variant, dropout: true, residual: true };
      expectLayerNorm(given, await runLayerNorm(narrowDevice, given));
    }
    narrowDevice.destroy();
  });

  it('has gradients that are the slopes of its reference', () => {
    const given: LayerNormCase = { rows: 3, columns: 7, variant: 'rowPerInvocation', residual: true, dropout: true };
    const { input, added, weight, bias, gradOutput, backward } = prepareLayerNorm(given);
    const dropout = { ...site, seed, update, tokenKeys: keysOf(3) };
    const loss = (changed: Partial<Record<'input' | 'residual' | 'weight' | 'bias', Float64Array>>) => {
      const { output } = layerNormReference({
        input,
        residual: added,
        dropout,
        weight,
        bias,
        rows: 3,
        columns: 7,
        epsilon,
        ...changed,
      });
      return output.reduce((total, value, index) => total + value * (gradOutput[index] as number), 0);
    };
    expectGradient((changed) => loss({ input: changed }), input, backward.gradInput);
    expectGradient((changed) => loss({ residual: changed }), added as Float64Array, backward.gradSum);
    expectGradient((changed) => loss({ weight: changed }), weight, backward.gradWeight);
    expectGradient((changed) => loss({ bias: changed }), bias, backward.gradBias);
  });

  it('names the kernel and the shapes when something does not fit', () => {
    const array = gpu.allocate('f32', 8, 'array');
    const small = gpu.allocate('f32', 2, 'small');
    const shape = { rows: 2, columns: 4 };
    expect(() =>
      layerNorm(gpu, {
        input: array,
        weight: small,
        bias: array,
        output: array,
        mean: small,
        reciprocalStd: small,
        ...shape,
        epsilon,
      }),
    ).toThrow(/layerNorm: weight \(small\) has 2 elements; \[columns 4\] needs 4/);
    const statistics = { mean: small, reciprocalStd: small };
    const gradients = { gradSum: gpu.allocate('f32', 8, 'gradSum'), gradWeight: array, gradBias: array };
    expect(() =>
      layerNormBackward(gpu, {
        gradOutput: array,
        sum: array,
        ...statistics,
        weight: array,
        ...gradients,
        gradInput: array,
        ...shape,
      }),
    ).toThrow(/gradInput and dropout come together/);
  });

  it('compiles in every variant', async () => {
    await compileOnNull(async (nullGpu) => {
      for (const variant of variants) {
        for (const type of ['f32', 'f16'] as const) {
          for (const columns of [7, 8]) {
            for (const parts of [{}, { residual: true }, { dropout: true }, { residual: true, dropout: true }])
              await runLayerNorm(nullGpu, { rows: 4, columns, variant, type, ...parts });
          }
        }
      }
    });
  });
});
