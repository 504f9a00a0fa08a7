import { arrayOf, nonEmptyText, oneOfKinds, optional, requireOptions } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TrainerError } from '../errors.ts';

/** What the author of a model knows and the Trainer does not. Names are those of `transformers`. */
export interface ModelCardOptions {
  /** Languages of the texts, such as `en`. */
  readonly language?: string | readonly string[] | undefined;
  /** The license, such as `apache-2.0`. */
  readonly license?: string | undefined;
  /** Tags, added to `generated_from_trainer` and those of an existing card. */
  readonly tags?: string | readonly string[] | undefined;
  /** Default: the name of the output folder. */
  readonly modelName?: string | undefined;
  /** The model that was fine-tuned, by its name on the hub. */
  readonly finetunedFrom?: string | undefined;
  /** Tasks, such as `text-classification`. Default: from the model's class. */
  readonly tasks?: string | readonly string[] | undefined;
  /** Names of the datasets on the hub, such as `nyu-mll/glue`. */
  readonly datasetTags?: string | readonly string[] | undefined;
  /** Display names of the datasets. Default: `datasetTags`. */
  readonly dataset?: string | readonly string[] | undefined;
  /** Their configurations, such as `mrpc`. */
  readonly datasetArgs?: string | readonly string[] | undefined;
}

const texts = oneOfKinds('a string or an array of strings', nonEmptyText, arrayOf(nonEmptyText, 'strings'));

/** A name that the card can link to; a link to a local folder would be dead. */
const hubName: Kind = {
  what: "a name on the hub, such as 'google-bert/bert-base-uncased'",
  holds: (value) => typeof value === 'string' && /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(value),
};

const optionKinds: Readonly<Record<keyof ModelCardOptions, Kind>> = {
  language: optional(texts),
  license: optional(nonEmptyText),
  tags: optional(texts),
  modelName: optional(nonEmptyText),
  finetunedFrom: optional(hubName),
  tasks: optional(texts),
  datasetTags: optional(texts),
  dataset: optional(texts),
  datasetArgs: optional(texts),
};

/** @throws TrainerError for unknown options of `createModelCard()` */
export function requireModelCardOptions(options: ModelCardOptions): void {
  requireOptions('createModelCard', options, optionKinds, { error: TrainerError });
}

/** One text or several. */
export const listOf = (given: string | readonly string[] = []): readonly string[] =>
  typeof given === 'string' ? [given] : given;
