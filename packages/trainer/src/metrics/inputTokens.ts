import { terminal } from '#platform';
import type { Batch } from '@attune/data';
import type { TokensSeen } from '../arguments/defaults.ts';
import { mainInputOf } from '../model.ts';
import type { TrainableModel } from '../model.ts';

export interface InputTokensOptions {
  readonly model: TrainableModel;
  /** true counts all, false none. */
  readonly tokens: TokensSeen | boolean;
  /** Padding token, for batches without `attention_mask`. */
  readonly padTokenId: number | undefined;
}

/**
 * Counts what the model reads in training, as `include_num_input_tokens_seen` of `transformers`.
 */
export class InputTokens {
  readonly #options: InputTokensOptions;
  readonly #told = new Set<string>();

  constructor(options: InputTokensOptions) {
    this.#options = options;
  }

  /** Counts the tokens of the main input; without padding those that `attention_mask` marks. */
  of(batches: readonly Batch[]): number {
    return batches.reduce((sum, batch) => sum + this.#count(batch), 0);
  }

  #count(batch: Batch): number {
    const { model, tokens, padTokenId } = this.#options;
    if (tokens === 'no' || tokens === false) return 0;
    const name = mainInputOf(model);
    const input = batch[name];
    if (!input)
      return this.#tell(`the batch has no ${name}, so no tokens are counted; set mainInputName of the model`, 0);
    const all = input.data.length;
    if (tokens !== 'non_padding') return all;
    const mask = batch['attention_mask'];
    if (mask) return countOf(mask.data, (kept) => kept !== 0);
    if (padTokenId === undefined)
      return this.#tell('there is neither an attention_mask nor a padTokenId, so padding is counted too', all);
    return countOf(input.data, (id) => id !== padTokenId);
  }

  /** Warns once with each message. */
  #tell(message: string, count: number): number {
    if (!this.#told.has(message)) terminal.writeLine(`includeNumInputTokensSeen: ${message}.`);
    this.#told.add(message);
    return count;
  }
}

function countOf(values: ArrayLike<number>, isCounted: (value: number) => boolean): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += Number(isCounted(values[index] ?? 0));
  return sum;
}
