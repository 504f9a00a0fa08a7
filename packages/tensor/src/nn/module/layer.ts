import type { Tensor } from '../../tensor.ts';
import type { Module } from './module.ts';

/** A module from a tensor to a tensor. */
export type Layer = Module & { forward(input: Tensor): Tensor };
