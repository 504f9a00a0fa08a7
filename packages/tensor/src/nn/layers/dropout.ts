import { fraction, optional, requireOptions, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Device } from '../../device.ts';
import { requireFloats } from '../../functional/checks.ts';
import { tensor } from '../../functional/creation/create.ts';
import { dropout } from '../../functional/dropout/dropout.ts';
import { randomState } from '../../functional/dropout/dropoutOptions.ts';
import type { DropoutOptions, RandomKey } from '../../functional/dropout/dropoutOptions.ts';
import { scale } from '../../functional/elementwise/unary.ts';
import { defaultGenerator } from '../../random/seed.ts';
import { asMatrix } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { Module } from '../module/module.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `new Dropout`. */
export interface DropoutModuleOptions {
  /** Probability that an element becomes 0, from 0 to 1. Default 0.5. */
  readonly p?: number | undefined;
  /**
   * A number that is unique among the dropouts of the model, needed where `forward` gets a random
   * key that they share. Default 0.
   */
  readonly site?: number | undefined;
}

const kinds = { p: optional(fraction), site: optional(wholeNumber(0)) };
const otherNames = { probability: 'it is called p', inplace: 'tensors do not change in place; leave it out' };

/** Dropout that is active in training mode, as `torch.nn.Dropout`. */
export class Dropout extends Module {
  /** Probability that an element becomes 0 in training. */
  readonly p: number;
  /** A number that is unique among the dropouts of the model, or 0. */
  readonly site: number;

  /** @throws TensorError */
  constructor(options: DropoutModuleOptions = {}) {
    super();
    requireOptions('new Dropout', options, kinds, { error: TensorError, otherNames });
    requireAtMost('new Dropout', 1, arguments);
    const { p = 0.5, site = 0 } = options;
    this.p = p;
    this.site = site;
  }

  /**
   * The options of this dropout for operations with built-in dropout; undefined when it is
   * inactive.
   */
  options(random: RandomKey): DropoutOptions | undefined {
    return this.training && this.p > 0 ? { probability: this.p, site: this.site, random } : undefined;
  }

  /**
   * @param random random key that determines which elements are dropped; null for no dropout.
   *   Default: a new key from the generator that `setSeed` seeds
   * @throws TensorError
   */
  forward(input: Tensor, random?: RandomKey | null): Tensor {
    requireAtMost('Dropout.forward', 2, arguments);
    requireFloats('Dropout', 'input', input);
    if (!this.training || this.p === 0 || random === null) return input;
    if (this.p === 1) return scale(input, 0);
    const { p, site } = this;
    const { rows } = asMatrix(input.shape);
    return dropout(input, { probability: p, site, random: random ?? drawnKey(input.device, rows) });
  }
}

/** A new random key, drawn from the default generator. */
export function drawnKey(device: Device, rows: number): RandomKey {
  const keys = Uint32Array.from({ length: rows }, (_, row) => row);
  return {
    state: randomState(device, { seed: defaultGenerator().nextUint32(), update: 0 }),
    tokenKeys: tensor(keys, { device }),
  };
}
