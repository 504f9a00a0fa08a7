import type { WeightSource } from '../bert/layers.ts';
import type { WeightShapes } from '../bert/weightShapes.ts';
import type { BertConfig } from '../config/bertConfig.ts';

/** What differs between the model classes when weights are read, drawn and written. */
export interface ModelKind {
  /** The class's name in `transformers`, for config.json and reports. */
  readonly architecture: string;
  /** Prefix of the base model's weights, with its dot; '' for the base model itself. */
  readonly basePrefix: string;
  /** Names and shapes of all weights, in the order in which new ones are drawn. */
  readonly shapes: (config: BertConfig) => WeightShapes;
  /** Weights that belong to a task and not to the language model: a checkpoint may lack them. */
  readonly mayBeNew: (name: string) => boolean;
}

/** A model class: its kind, and how one is built over weights. */
export interface ModelClass<Model> {
  readonly kind: ModelKind;
  new (config: BertConfig, weights: WeightSource, seed?: number): Model;
}
