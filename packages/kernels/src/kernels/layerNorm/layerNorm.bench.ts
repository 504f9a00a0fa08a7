import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { layerNorm, layerNormBackward } from './index.ts';

benchKernels('layerNorm with residual and dropout', (gpu) => {
  const cases: Record<string, () => void> = {};
  for (const [rows, columns] of [
    [1024, 128],
    [512, 768],
  ] as const) {
    const upload = (count: number, label: string) => gpu.upload(normalNumbers(count, count), 'f32', label);
    const matrix = (label: string) => gpu.allocatePersistent('f32', rows * columns, label);
    const vector = (length: number, label: string) => gpu.allocatePersistent('f32', length, label);
    const random = {
      state: gpu.upload(Uint32Array.of(1, 2, 0, 0), 'u32', 'state'),
      tokenKeys: gpu.upload(
        Uint32Array.from({ length: rows }, (_, row) => row),
        'u32',
        'keys',
      ),
    };
    const shape = { rows, columns, dropout: { probability: 0.1, site: 1, random } };
    const [weight, mean, reciprocalStd, sum] = [
      upload(columns, 'weight'),
      vector(rows, 'mean'),
      vector(rows, 'reciprocalStd'),
      matrix('sum'),
    ];
    const forward = {
      input: upload(rows * columns, 'input'),
      residual: upload(rows * columns, 'residual'),
      weight,
      bias: weight,
      output: matrix('output'),
    };
    const gradients = {
      gradSum: matrix('gradSum'),
      gradInput: matrix('gradInput'),
      gradWeight: vector(columns, 'gradWeight'),
      gradBias: vector(columns, 'gradBias'),
    };
    for (const variant of ['rowPerInvocation', 'workgroupPerRow'] as const) {
      cases[`${rows} x ${columns} ${variant}`] = () =>
        layerNorm(gpu, { ...forward, sum, mean, reciprocalStd, ...shape, epsilon: 1e-12, variant });
      cases[`${rows} x ${columns} ${variant} backward`] = () =>
        layerNormBackward(gpu, {
          gradOutput: forward.input,
          sum,
          mean,
          reciprocalStd,
          weight,
          ...gradients,
          ...shape,
          variant,
        });
    }
  }
  return cases;
});
