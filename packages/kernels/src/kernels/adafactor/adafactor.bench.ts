import type { Gpu } from '../../gpu.ts';
import { adafactorUpdate, createOptimizerState, decideUpdate } from '../../internal.ts';
import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';

benchKernels('adafactor', (gpu: Gpu) => {
  const [rows, columns] = [3072, 768];
  const length = rows * columns;
  const state = createOptimizerState(gpu, { learningRates: [1e-3], groups: [{ weightDecay: 0 }] });
  const floats = (count: number, label: string) => gpu.allocatePersistent('f32', count, label);
  const weights = gpu.upload(normalNumbers(length, 1), 'f32', 'weights');
  const gradients = gpu.upload(normalNumbers(length, 2), 'f32', 'gradients');
  const input = { state, epsilon: [1e-30, 1e-3], clipThreshold: 1, beta1: null, scaleParameter: true } as const;
  const matrix = { weights, gradients, rows: floats(rows, 'rows'), columns: floats(columns, 'columns'), id: 0 };
  const vector = { weights, gradients, squares: floats(length, 'squares'), id: 0 };
  decideUpdate(gpu, { state, segments: [{ gradients, length }] });
  return {
    'a matrix of 3072 x 768': () => adafactorUpdate(gpu, { shape: [rows, columns], ...matrix }, input),
    'as many elements in a row': () => adafactorUpdate(gpu, { shape: [length], ...vector }, input),
  };
});
