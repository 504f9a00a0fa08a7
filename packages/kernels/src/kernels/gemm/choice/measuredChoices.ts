import type { AdapterClass } from './adapterClass.ts';
import type { GemmVariant } from '../options.ts';
import type { GemmChoice } from './productClasses.ts';

/** What was measured on a kind of adapter. */
interface MeasuredChoices {
  readonly adapterClass: AdapterClass;
  /** Variants that were not candidates: the measurement applies where all of them are disabled. */
  readonly without: readonly GemmVariant[];
  /** By class of product. */
  readonly choices: Readonly<Record<string, GemmChoice>>;
}

/**
 * Measured choices, which take precedence over computed ones. `tuneKernels(gpu, { again: true,
 * print: console.log })` measures an adapter and prints its choices.
 *
 * hopper: an H100 on 2026-11-26, where these products took 17.7 ms of a step of 8 x 64 tokens, at
 * 12.5 to 18.1 TFLOP/s. At that time only `portable` existed, and the number of parts followed from
 * that of the tiles.
 */
export const measuredChoices: readonly MeasuredChoices[] = [
  {
    adapterClass: 'hopper',
    without: ['outerProduct'],
    choices: {
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
  },
];
