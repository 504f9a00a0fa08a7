export { AutoTokenizer, tokenizerFromFiles, type TokenizerLoadOptions } from './autoTokenizer.ts';
export type { BatchEncoding, DecodeOptions, EncodeOptions, Encoding, Texts, Tokenizer } from './tokenizerTypes.ts';
export type { Features, PaddingStrategy, PadOptions } from './pad.ts';
export type { TruncationStrategy } from './truncation.ts';
export { TokenizerError, TruncationError } from './errors.ts';
export { CheckpointError } from '../checkpoint/checkpointError.ts';
