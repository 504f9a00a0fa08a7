export {
  AutoTokenizer,
  tokenizerFromFiles,
  type TokenizerFiles,
  type TokenizerLoadOptions,
  type TokenizerOverrides,
} from './autoTokenizer.ts';
export type {
  BatchEncoding,
  DecodeOptions,
  EncodeOptions,
  Encoding,
  TextPairs,
  Texts,
  Tokenizer,
} from './tokenizerTypes.ts';
export type { Features, PaddingStrategy, PadOptions } from './encode/pad.ts';
export type { TruncationStrategy } from './encode/truncation.ts';
export { CheckpointError, TokenizerError, TruncationError } from '../errors.ts';
