import type { WritableFolder } from '../folder/modelFolder.ts';
import type { Features, PaddingStrategy, PadOptions } from './encode/pad.ts';
import type { TruncationStrategy } from './encode/truncation.ts';

/** Options of a tokenizer's call; transformers' names in camelCase. */
export interface EncodeOptions {
  /**
   * true or 'longest_first': cut the longer sequence first; 'only_first', 'only_second': cut that
   * one; false (default): cut nothing. Cuts to `maxLength`, special tokens included.
   */
  truncation?: boolean | TruncationStrategy | 'do_not_truncate' | undefined;
  /**
   * Longest encoding, in tokens with special tokens. Default: `modelMaxLength`. Alone, without
   * truncation or padding, it means truncation: true.
   */
  maxLength?: number | undefined;
  /**
   * false (default); true or 'longest': to the longest of the batch; 'max_length': to `maxLength`.
   */
  padding?: PaddingStrategy | undefined;
  /** Round the padded length up to a multiple of this. */
  padToMultipleOf?: number | undefined;
  /** Put [CLS] and [SEP] around the texts. Default true. */
  addSpecialTokens?: boolean | undefined;
  /** Return `token_type_ids`. Default: as the model needs them. */
  returnTokenTypeIds?: boolean | undefined;
  /** Return `attention_mask`. Default true. */
  returnAttentionMask?: boolean | undefined;
  /** Return `special_tokens_mask`: 1 for special tokens. Default false. */
  returnSpecialTokensMask?: boolean | undefined;
  /** Where padding goes. Default: the tokenizer's side, usually 'right'. */
  paddingSide?: 'left' | 'right' | undefined;
  /** Which end truncation takes away. Default: the tokenizer's side, usually 'right'. */
  truncationSide?: 'left' | 'right' | undefined;
}

// Types and not interfaces: their values can then be given wherever a record of columns is
// expected.
/** One encoded text or pair. */
export type Encoding = {
  /** Ids of the tokens, special ones and padding included. */
  input_ids: number[];
  /** 0 for the first text, 1 for the second. */
  token_type_ids?: number[] | undefined;
  /** 1 for tokens, 0 for padding. */
  attention_mask?: number[] | undefined;
  /** 1 for special tokens; where `returnSpecialTokensMask` asks for it. */
  special_tokens_mask?: number[] | undefined;
};

/** Encoded texts, one row each. Rows differ in length unless they were padded. */
export type BatchEncoding = {
  /** Ids of the tokens, special ones and padding included. */
  input_ids: number[][];
  /** 0 for the first text, 1 for the second. */
  token_type_ids?: number[][] | undefined;
  /** 1 for tokens, 0 for padding. */
  attention_mask?: number[][] | undefined;
  /** 1 for special tokens; where `returnSpecialTokensMask` asks for it. */
  special_tokens_mask?: number[][] | undefined;
};

/** A list of texts, or anything iterable that gives texts (a dataset column). */
export type Texts = Iterable<string> & object;

/** A list of pairs, `[[text, text], …]`, or anything iterable that gives pairs. */
export type TextPairs = Iterable<readonly string[]> & object;

/** Options of a tokenizer's `decode` and `batchDecode`. */
export interface DecodeOptions {
  /** Leave out [CLS], [SEP], [PAD] and the like. Default false. */
  skipSpecialTokens?: boolean | undefined;
}

/** A tokenizer: call it with texts. It holds no state: every option belongs to one call. */
export interface Tokenizer {
  /** Encodes texts, or pairs of texts, as a batch. @throws TokenizerError, TruncationError */
  (texts: Texts, pairs?: Texts | null, options?: EncodeOptions): BatchEncoding;
  (texts: Texts, options: EncodeOptions): BatchEncoding;
  /** Encodes a list of pairs. @throws TokenizerError, TruncationError */
  (pairs: TextPairs, options?: EncodeOptions | null): BatchEncoding;
  /**
   * Encodes one text, or one pair. An empty second text counts as none here, as in `transformers`.
   * @throws TokenizerError, TruncationError
   */
  (text: string, pair?: string | null, options?: EncodeOptions): Encoding;
  (text: string, options: EncodeOptions): Encoding;

  /** The tokens of a text, without special tokens. */
  tokenize(text: string): string[];
  /**
   * Makes rows of token ids equally long, for a collator: rows or columns in, columns out. Keys
   * that are not token columns (`label`) are kept; a missing `attention_mask` is made.
   *
   * @throws TokenizerError
   */
  pad(features: Features, options?: PadOptions): Record<string, number[][]>;
  /** Text of token ids. Ids above the vocabulary are left out; one below 0 is an error. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** Text of each row of token ids, as `decode` gives it. */
  batchDecode(rows: Iterable<Iterable<number>>, options?: DecodeOptions): string[];
  /** Id of a token; that of the unknown token if it is not in the vocabulary. */
  convertTokensToIds(token: string): number;
  convertTokensToIds(tokens: readonly string[]): number[];
  /** The tokens of ids, special ones too. */
  convertIdsToTokens(ids: Iterable<number>): string[];

  /** Tokens in the vocabulary, added ones included: ids are below it. */
  readonly vocabSize: number;
  /** Longest input of the model, in tokens; Infinity where no file states one. */
  readonly modelMaxLength: number;
  /** What the model reads, and so what encodings hold by default. */
  readonly modelInputNames: readonly string[];
  /** Where padding goes by default. */
  readonly paddingSide: 'left' | 'right';
  /** Which end truncation takes away by default. */
  readonly truncationSide: 'left' | 'right';
  /** What fills rows up: `[PAD]`. */
  readonly padToken: string;
  /** Its id. */
  readonly padTokenId: number;
  /** The token for words outside the vocabulary: `[UNK]`. */
  readonly unkToken: string;
  /** Its id. */
  readonly unkTokenId: number;
  /** What every sequence begins with: `[CLS]`. */
  readonly clsToken: string;
  /** Its id. */
  readonly clsTokenId: number;
  /** What every text ends with: `[SEP]`. */
  readonly sepToken: string;
  /** Its id. */
  readonly sepTokenId: number;
  /** The token for a word to be predicted: `[MASK]`. */
  readonly maskToken: string;
  /** Its id. */
  readonly maskTokenId: number;
  /** Ids of all special tokens. */
  readonly allSpecialIds: readonly number[];
  /** SHA-256 of everything that decides what texts become: for caches of tokenized data. */
  readonly fingerprint: string;
  /** The files `savePretrained` writes: name to content. */
  files(): Map<string, string>;
  /**
   * Writes tokenizer.json and tokenizer_config.json, which Python's `transformers` reads: to a
   * folder, into a Map, or through a directory handle.
   *
   * @throws for a path where there is no file system
   */
  savePretrained(folder: WritableFolder): Promise<void>;
}
