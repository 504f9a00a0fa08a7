/** The steps from text to tokens and back, as tokenizer.json specifies them. */
export interface TokenSteps {
  readonly normalize: (text: string) => string;
  readonly words: (text: string) => string[];
  /** Cuts words into tokens of the vocabulary. */
  readonly pieces: (words: string[]) => string[];
  /** Ids by token, including added ones. */
  readonly ids: Map<string, number>;
  /** Tokens by id. */
  readonly tokens: readonly (string | undefined)[];
  /** Displayed form of tokens by id: added ones as the normalizer leaves them. */
  readonly shown: readonly (string | undefined)[];
  /** The text of ids that all have a token, at least one. */
  readonly decode: (ids: readonly number[], skipSpecialTokens: boolean) => string;
}
