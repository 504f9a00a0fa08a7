import {
  LayerNorm,
  Linear,
  tensor,
  type Device,
  type Layer,
  type PackedSequences,
  type Parameter,
  type RandomKey,
} from '@attune/tensor';
import { randomState } from '@attune/tensor/internal';
import type { BertConfig } from '../config/bertConfig.ts';
import type { PackedBatch } from './packBatch.ts';

/** Returns the weight of a name, relative to the module that is being built. */
export type WeightSource = (name: string) => Parameter;

/** What every part of the model knows about the batch. */
export interface Run {
  readonly packed: PackedBatch;
  /** Boundaries of its sequences, on the GPU. */
  readonly sequences: PackedSequences;
  /** Random key of dropout; null when nothing is dropped. */
  readonly random: RandomKey | null;
}

/**
 * The random key of dropouts.
 *
 * @param key seed and update
 * @param tokenKeys which token of which example each vector is, [n]
 */
export const randomKey = (
  device: Device,
  key: Parameters<typeof randomState>[1],
  tokenKeys: Uint32Array,
): RandomKey => ({
  state: randomState(device, key),
  tokenKeys: tensor(tokenKeys, { shape: [tokenKeys.length], device }),
});

/** The weights below a name. */
export const below =
  (weights: WeightSource, name: string): WeightSource =>
  (rest) =>
    weights(`${name}.${rest}`);

export function linearOf(
  weights: WeightSource,
  name: string,
  options: { readonly fullPrecision?: boolean } = {},
): Linear {
  return new Linear({ weight: weights(`${name}.weight`), bias: weights(`${name}.bias`), ...options });
}

export function layerNormOf(weights: WeightSource, config: BertConfig): LayerNorm {
  return new LayerNorm({
    weight: weights('LayerNorm.weight'),
    bias: weights('LayerNorm.bias'),
    eps: config.layerNormEps,
  });
}

/**
 * Whether a module computes as the class does: it was not replaced by another kind, and has no
 * hooks.
 */
export const computesAs = (
  module: { readonly forward: unknown },
  { prototype }: { readonly prototype: { readonly forward: unknown } },
): boolean => module.forward === prototype.forward;

/** Whether a layer computes as `Linear` does. */
export const isPlain = (layer: Layer): layer is Linear => computesAs(layer, Linear);

/** The weights of layers if all compute as `Linear` does; else none. */
export const plainWeights = (...layers: readonly Layer[]): readonly Parameter[] =>
  layers.every(isPlain) ? layers.map(({ weight }) => weight) : [];
