/** From text to tokens and back, step by step, as tokenizer.json asks for them. */
export interface TokenSteps {
  readonly normalize: (text: string) => string;
  readonly words: (text: string) => string[];
  /** Cuts words into tokens of the vocabulary. */
  readonly pieces: (words: string[]) => string[];
  /** Ids by token, added ones among them. */
  readonly ids: Map<string, number>;
  /** The same by id. */
  readonly tokens: readonly (string | undefined)[];
  /** How they are shown: added ones as the normalizer leaves them. */
  readonly shown: readonly (string | undefined)[];
  /** The text of ids that all have a token, at least one. */
  readonly decode: (ids: readonly number[], skipSpecialTokens: boolean) => string;
}
