import { expect, it } from 'vitest';
import { gemm } from '../../../index.ts';
import type { Dispatch, Gpu, GpuArray } from '../../../index.ts';
import { compileOnNull } from '../../../testing/compileOnNull.ts';

const layouts = ['NN', 'NT', 'TN'] as const;

/** Records products by fragments of this shape on a device that runs none. */
function recordOnFragments(
  nullGpu: Gpu,
  shape: Readonly<Record<'m' | 'n' | 'k', number>>,
  subgroupMatrixSpelling: 'majorness' | 'flag',
): void {
  const subgroupMatrix = [{ componentType: 'f16', resultComponentType: 'f32', ...shape }];
  for (const f16Storage of ['native', 'packed'] as const) {
    const forced = { software: false, subgroupSize: 32, subgroupMatrix, subgroupMatrixSpelling, f16Storage };
    Object.assign(nullGpu, { profile: { ...nullGpu.profile, ...forced } });
    for (const layout of layouts) {
      for (const size of [3, 64, 1024]) {
        nullGpu.scope(() => {
          const [a, output] = ['a', 'output'].map((label) => nullGpu.allocate('f16', size * size, label)) as [
            GpuArray,
            GpuArray,
          ];
          const [b, bias] = ['b', 'bias'].map((label) => nullGpu.allocate('f32', size * size, label)) as [
            GpuArray,
            GpuArray,
          ];
          const product = { a, output, m: size, n: size, k: size, layout };
          // Chosen by itself, as one operand is f16.
          gemm(nullGpu, { ...product, b });
          if (layout === 'TN') {
            const columnSums = { output: nullGpu.allocate('f32', size, 'sums') };
            for (const splits of [1, 2]) gemm(nullGpu, { ...product, b, columnSums, splits });
          }
          gemm(nullGpu, { ...product, b: a, bias, activation: 'gelu', splits: 1, variant: 'subgroupMatrix' });
        });
      }
    }
  }
}

const fragments = [
  { m: 16, n: 16, k: 16 },
  { m: 8, n: 8, k: 8 },
  { m: 8, n: 16, k: 16 },
] as const;

it.each(fragments)('by subgroupMatrix compiles: fragments of $m x $n x $k', (shape) =>
  compileOnNull((nullGpu) => {
    recordOnFragments(nullGpu, shape, 'majorness');
    expect(nullGpu.statistics.pipelines).toBeGreaterThan(12);
  }),
);

// Dawn still compiles the older spelling, and writes a warning for each use
// that nothing holds back.
it.each(fragments)('by subgroupMatrix is the same in the older spelling: fragments of $m x $n x $k', (shape) =>
  compileOnNull((nullGpu) => {
    const textsIn = (spelling: 'majorness' | 'flag') => {
      const texts: string[] = [];
      nullGpu.dispatch = ({ program }: Dispatch) => void texts.push(program.source());
      recordOnFragments(nullGpu, shape, spelling);
      return texts;
    };
    const older = textsIn('flag');
    expect(older.some((text) => text.includes('_major'))).toBe(false);
    expect(older.map(inNewerSpelling)).toEqual(textsIn('majorness'));
  }),
);

function inNewerSpelling(text: string): string {
  const majorness = (columnMajor: string) => (columnMajor === 'true' ? 'col_major' : 'row_major');
  return text
    .replaceAll(
      /subgroupMatrixLoad<(\w+)>\((.+?), (true|false), (\w+)\)/g,
      (_, type: string, place: string, columnMajor: string, stride: string) =>
        `subgroupMatrixLoad<${type}, ${majorness(columnMajor)}>(${place}, ${stride})`,
    )
    .replaceAll(
      /subgroupMatrixStore\((.+?), (true|false), (\w+)\)/g,
      (_, place: string, columnMajor: string, stride: string) =>
        `subgroupMatrixStore<${majorness(columnMajor)}>(${place}, ${stride})`,
    );
}
