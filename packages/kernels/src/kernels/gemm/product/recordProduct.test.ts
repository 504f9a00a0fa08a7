import { expect, it } from 'vitest';
import type { Gpu } from '../../../gpu.ts';
import { compileOnNull } from '../../../testing/compileOnNull.ts';
import type { Dispatch } from '../../../recording/dispatch.ts';
import { gemmKit } from '../loading/gemmKit.ts';
import { outerProduct } from '../outerProduct/outerProduct.ts';
import type { Epilogue } from './epilogue.ts';
import type { GemmPlan } from './gemmTile.ts';
import { recordProduct } from './recordProduct.ts';

const flag = [false, true];
const types = ['f32', 'f16'] as const;
const endings = ['none', 'bias', 'gelu', 'geluBackward', 'geluReplaced', 'columnSums', 'addColumnSums'] as const;
const combinations = flag.flatMap((clampsStores) =>
  (['NN', 'NT', 'TN'] as const).flatMap((layout) =>
    types.flatMap((operands) =>
      types.flatMap((results) =>
        [64, 65, 66].flatMap((size) =>
          flag.flatMap((accumulate) =>
            endings.map((ending) => ({
              clampsStores,
              layout,
              operands,
              results,
              size,
              accumulate,
              ending,
            })),
          ),
        ),
      ),
    ),
  ),
);

/** The programs of all products, in order: each tile's by itself, or all of one tile. */
function keysOf(gpu: Gpu, newTiles: boolean): string[] {
  const variant = () => outerProduct(gemmKit).tileOf(gpu, '64x64', 64);
  const sharedTile = variant();
  const splits = { parts: 1, innerPerPart: 80 };
  return combinations.map(({ clampsStores, layout, operands, results, size, accumulate, ending }) => {
    let key = '';
    const dispatch = ({ program }: Dispatch) => (key = program.key);
    const recording = Object.create(gpu, {
      clampsStores: { value: clampsStores },
      dispatch: { value: dispatch },
    }) as Gpu;
    const [m, n, k] = [size, size, size];
    const of = (type: 'f32' | 'f16') => gpu.allocate(type, size * size, type);
    const epilogue: Epilogue = {
      output: of(results),
      accumulate,
      bias: ending === 'bias' ? of('f32') : undefined,
      gelu: ending === 'gelu',
      geluBackward: ending === 'geluBackward' || ending === 'geluReplaced',
      replacesPreActivation: ending === 'geluReplaced',
      preActivation: ending.startsWith('gelu') ? of(operands) : undefined,
      columnSums: ending.endsWith('olumnSums')
        ? { output: of('f32'), accumulate: ending === 'addColumnSums' }
        : undefined,
      alpha: 1,
      strideOutput: 0,
    };
    const tile = newTiles ? variant() : sharedTile;
    const plan: GemmPlan = { variant: 'outerProduct', tile, splits, packing: { a: false, b: false } };
    recordProduct(
      recording,
      { a: of(operands), b: of('f32'), output: epilogue.output, m, n, k, layout },
      plan,
      epilogue,
    );
    return key;
  });
}

it('a tile that made programs before makes the same ones as a new tile', () =>
  compileOnNull((gpu) => {
    const keys = gpu.scope(() => keysOf(gpu, true));
    expect(new Set(keys).size).toBeGreaterThan(200);
    expect(gpu.scope(() => keysOf(gpu, false))).toEqual(keys);
  }));
