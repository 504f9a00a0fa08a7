import type { AdapterClass } from './adapterClass.ts';
import type { GemmChoice } from './sizeClasses.ts';

/**
 * What was measured, by adapter and class of product; it goes before what is computed.
 * `tuneKernels(gpu, { again: true, print: console.log })` measures an adapter and prints its rows.
 *
 * hopper: an H100 on 2026-11-26, where these took 17.7 ms of a step of 8 x 64 tokens: 12.5 to 18.1
 * TFLOP/s. It had no other candidates than `portable`, and parts by the number of tiles.
 */
export const measuredChoices: Partial<Record<AdapterClass, Readonly<Record<string, GemmChoice>>>> = {
  hopper: {
    'NT f32 512 x 3072 x 768': { variant: 'portable', tile: 'medium' },
    'NT f32 512 x 768 x 768': { variant: 'portable', tile: 'medium' },
    'NT f32 512 x 768 x 3072': { variant: 'portable', tile: 'medium' },
    'NN f32 512 x 3072 x 768': { variant: 'portable', tile: 'medium' },
    'NN f32 512 x 768 x 768': { variant: 'portable', tile: 'medium' },
    'NN f32 512 x 768 x 3072': { variant: 'portable', tile: 'medium' },
    'TN f32 3072 x 768 x 512': { variant: 'portable', tile: 'medium' },
    'TN f32 768 x 3072 x 512': { variant: 'portable', tile: 'medium' },
    'TN f32 768 x 768 x 512': { variant: 'portable', tile: 'medium' },
  },
};
