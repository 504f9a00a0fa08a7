import { benchKernels } from '../../testing/benchKernels.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { cast } from './index.ts';

benchKernels('cast', (gpu) => {
  const cases: Record<string, () => void> = {};
  if (!gpu.profile.f16) return cases;
  const length = 2 ** 20;
  const single = gpu.upload(normalNumbers(length, 1), 'f32', 'single');
  const half = gpu.allocatePersistent('f16', length, 'half');
  const back = gpu.allocatePersistent('f32', length, 'back');
  cases['f32 to f16'] = () => cast(gpu, { input: single, output: half, length });
  cases['f16 to f32'] = () => cast(gpu, { input: half, output: back, length });
  return cases;
});
