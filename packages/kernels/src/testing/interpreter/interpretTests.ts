// Has tests of kernels run on the interpreter instead of a driver; each fails when it finds races,
// barriers that not all invocations meet, or places beyond a memory. Loaded before tests when
// ATTUNE_INTERPRETED is set, to the lanes of a subgroup and words: `interleaved` deals invocations
// to subgroups one by one, `software` says that it is a processor, `f16` and `matrix16x16x16` give
// it halves and matrix units, and `48k` as much workgroup memory. The last three need a driver that
// Dawn makes SPIR-V of such programs for.
import { afterEach, vi } from 'vitest';
import type { InterpretedGpu } from './interpretedGpu.ts';

const opened: InterpretedGpu[] = vi.hoisted(() => []);

vi.mock('#platform', async (importActual) => {
  const platform = await importActual<typeof import('#platform')>();
  const { interpretedGpu } = await import('./interpretedGpu.ts');
  const [size, ...words] = (process.env.ATTUNE_INTERPRETED ?? '').split(',');
  const matrix = words.find((word) => word.startsWith('matrix'));
  const [M, N, K] = (matrix ?? '').replace('matrix', '').split('x').map(Number);
  const loadWebGpu: typeof platform.loadWebGpu = async (options) => {
    if (options.backend) return platform.loadWebGpu(options);
    const interpreted = interpretedGpu({
      subgroups: { size: Number(size), consecutive: !words.includes('interleaved') },
      features: [
        'subgroups',
        ...(words.includes('f16') ? ['shader-f16'] : []),
        ...(matrix ? ['chromium-experimental-subgroup-matrix'] : []),
      ],
      software: words.includes('software'),
      workgroupStorageBytes: words.includes('48k') ? 49152 : 32768,
      subgroupMatrixConfigs: matrix
        ? ['f16', 'f32'].map((resultComponentType) => ({ componentType: 'f16', resultComponentType, M, N, K }))
        : [],
    });
    opened.push(interpreted);
    return interpreted.webgpu;
  };
  return { ...platform, loadWebGpu };
});

afterEach(() => {
  const problems = opened.flatMap((each) => [...each.problems]);
  for (const each of opened) each.problems.clear();
  if (problems.length > 0)
    throw new Error(`${problems.length} problems, first of all:\n${problems.slice(0, 5).join('\n')}`);
});
