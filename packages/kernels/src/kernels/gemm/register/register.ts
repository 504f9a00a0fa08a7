import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { wgsl } from './register.wgsl.ts';

/** One tile in registers, for software adapters without subgroups of a known size. */
export function register(kit: GemmKit): LoadedVariant {
  const source = kit.complete(wgsl);
  const tile: GemmTile = { rows: 32, columns: 32, readsVectors: false, source, defines: () => ({}) };
  return {
    sizes: ['small', 'medium', 'large'],
    tileOf: () => tile,
    fits: () => true,
    sizeFor: () => 'small',
    sources: [source],
  };
}
