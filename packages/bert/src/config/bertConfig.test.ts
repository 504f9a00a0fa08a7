import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { settle } from './assignField.ts';
import { BertConfig } from './bertConfig.ts';
import { passedOverMessage } from './passedOver.ts';
import { ConfigError } from '../errors.ts';

const ownMini = JSON.parse(
  readFileSync(new URL('../../golden/own-mini/config.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;

describe('BertConfig', () => {
  it('has the defaults of bert-base-uncased', () => {
    expect(new BertConfig()).toMatchObject({
      vocabSize: 30522,
      hiddenSize: 768,
      numHiddenLayers: 12,
      intermediateSize: 3072,
      layerNormEps: 1e-12,
      numLabels: 2,
    });
  });

  it('reads config.json, with fields overridden in camelCase', () => {
    const config = BertConfig.fromJson(ownMini, { numLabels: 3, hiddenDropoutProb: 0 });
    expect(config).toMatchObject({
      hiddenSize: 32,
      vocabSize: 236,
      hiddenDropoutProb: 0,
      attentionProbsDropoutProb: 0.1,
      numLabels: 3,
    });
    expect(config.labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
    expect(config.classifierDropout).toBeNull();
  });

  it('keeps what the file says where an override is undefined', () => {
    const named = { ...ownMini, id2label: { 0: 'no', 1: 'yes' } };
    const config = BertConfig.fromJson(named, { hiddenSize: undefined, id2label: undefined });
    expect(config).toMatchObject({ hiddenSize: 32, labels: ['no', 'yes'] });
  });

  it('writes what it read, and what it does not know', () => {
    const json = BertConfig.fromJson({ ...ownMini, chunk_size: 7 }).toJson('BertForSequenceClassification');
    const { transformers_version: _, ...rest } = ownMini;
    expect(json).toEqual({ ...rest, chunk_size: 7, architectures: ['BertForSequenceClassification'] });
    const named = BertConfig.fromJson(ownMini, { id2label: ['no', 'yes'] }).toJson();
    expect(named).toMatchObject({ id2label: { 0: 'no', 1: 'yes' }, label2id: { no: 0, yes: 1 } });
    expect(BertConfig.fromJson(JSON.parse(JSON.stringify(named)) as Record<string, unknown>).labels).toEqual([
      'no',
      'yes',
    ]);
  });

  it('keeps the names of a file when only their number is repeated, and drops them when it changes', () => {
    const file = { ...ownMini, id2label: { 0: 'a', 1: 'b', 2: 'c' } };
    expect(BertConfig.fromJson(file, { numLabels: 3 }).labels).toEqual(['a', 'b', 'c']);
    expect(BertConfig.fromJson(file, { numLabels: 2 }).labels).toEqual(['LABEL_0', 'LABEL_1']);
    expect(BertConfig.fromJson(file, { id2label: ['x'] }).labels).toEqual(['x']);
    expect(BertConfig.fromJson({ ...ownMini, num_labels: 5 }).numLabels).toBe(5);
    const regression = { ...ownMini, id2label: { 0: 'score' }, problem_type: 'regression' };
    expect(BertConfig.fromJson(regression, { numLabels: 1 }).problemType).toBe('regression');
    expect(BertConfig.fromJson(regression, { numLabels: 2 }).problemType).toBeNull();
  });

  it('refuses labels that contradict each other', () => {
    expect(() => new BertConfig({ numLabels: 3, id2label: ['a', 'b'] })).toThrow(/numLabels is 3, but 2 class names/);
    expect(() => new BertConfig({ id2label: ['a', 'b'], label2id: { a: 1, b: 0 } })).toThrow(/class 0 is 'a'/);
    expect(() => new BertConfig({ id2label: { 0: 'a', 2: 'b' } })).toThrow(/1 is missing/);
    expect(() => new BertConfig({ numLabels: 0 })).toThrow(
      'numLabels must be a whole number of at least 1 (1 means regression); got 0',
    );
  });

  it.each([
    [{ model_type: 'roberta' }, /model_type is 'roberta'/],
    [{ hidden_act: 'gelu_new' }, /only 'gelu'/],
    [{ position_embedding_type: 'relative_key' }, /relative positions is not supported/],
    [
      { pruned_heads: { 0: [1] } },
      'pruned_heads is an object with 0; a model without some of its heads is not supported',
    ],
    [{ is_decoder: true }, /a decoder is not supported/],
    [{ is_encoder_decoder: true }, /an encoder with a decoder is not supported/],
    // transformers 5.24: a ValueError, "requires `num_labels > 1`".
    [{ num_labels: 1, problem_type: 'single_label_classification' }, /and numLabels is 1: for two classes set/],
    [{ hidden_size: 30, num_attention_heads: 4 }, /cannot be divided among 4/],
    [{ hidden_size: '32' }, 'config.json: hiddenSize must be a whole number of at least 1; got "32"'],
    [{ hidden_dropout_prob: 1 }, 'hiddenDropoutProb must be a probability of at least 0 and below 1; got 1'],
    [
      { problem_type: 'ranking' },
      'problemType must be one of regression, single_label_classification, multi_label_classification, or null; got "ranking"',
    ],
  ])('refuses %j', (change, message) => {
    expect(() => BertConfig.fromJson({ ...ownMini, ...change })).toThrow(message);
    expect(() => BertConfig.fromJson({ ...ownMini, ...change })).toThrow(ConfigError);
  });

  it('takes settings that say nothing', () => {
    const nothing = { pruned_heads: {}, position_embedding_type: 'absolute', is_decoder: false };
    expect(BertConfig.fromJson({ ...ownMini, ...nothing }).extra).toMatchObject(nothing);
  });

  it('keeps a pad_token_id of null: no token is left out of training', () => {
    const config = BertConfig.fromJson({ ...ownMini, pad_token_id: null });
    expect([config.padTokenId, config.toJson().pad_token_id]).toEqual([null, null]);
    expect(BertConfig.fromJson({ ...ownMini, pad_token_id: undefined }).padTokenId).toBe(0);
  });

  it('takes num_labels where the names are others, as transformers does', () => {
    const config = BertConfig.fromJson({ ...ownMini, num_labels: 3, id2label: { 0: 'a', 1: 'b' } });
    expect(config.labels).toEqual(['LABEL_0', 'LABEL_1', 'LABEL_2']);
  });

  it('warns of the fields of a file that it ignores, except the usual ones', () => {
    const usual = { output_hidden_states: false, output_attentions: null, return_dict: true, use_cache: true };
    expect(passedOverMessage({ ...ownMini, ...usual, id2label: { 0: 'a' }, num_labels: 1 }, 'x')).toBeUndefined();
    const given = { output_hidden_states: true, output_attentions: true, return_dict: false };
    expect(passedOverMessage({ ...given, num_labels: 3, id2label: { 0: 'a' } }, 'x/config.json')?.split('\n')).toEqual([
      'x/config.json: output_hidden_states is true, which is ignored: ask for hidden states where you want them, forward(batch, { outputHiddenStates: true }).',
      'x/config.json: output_attentions is true, which is ignored: attention probabilities are not kept.',
      'x/config.json: return_dict is false, which is ignored: the output is always an object.',
      'x/config.json: num_labels is 3, and id2label names 1: the names are ignored.',
    ]);
  });

  it('refuses unknown fields, and knows the ones written with underscores', () => {
    expect(() => BertConfig.fromJson(ownMini, { num_labels: 2 } as object)).toThrow(
      /no field 'num_labels'. Write numLabels/,
    );
    expect(() => new BertConfig({ layers: 2 } as object)).toThrow(/no field 'layers'. There are: vocabSize/);
    expect(() => BertConfig.fromJson({ hello: 1 })).toThrow(/does not describe a BERT/);
    expect(() => new BertConfig()['num_labels' as 'numLabels']).toThrow(
      'a BertConfig has no num_labels: it is called numLabels',
    );
  });
});

describe('what is assigned to a configuration', () => {
  it('is checked, before and after a model is made with it', () => {
    const config = new BertConfig({ hiddenSize: 4, numAttentionHeads: 2 });
    config.hiddenDropoutProb = 0.3;
    config.id2label = ['no', 'maybe', 'yes'];
    expect(config).toMatchObject({ hiddenDropoutProb: 0.3, numLabels: 3, label2id: { yes: 2 } });
    expect(() => (config.hiddenSize = 5)).toThrow(/hiddenSize 5 cannot be divided among 2 attention heads/);
    expect(() => Object.assign(config, { hidenSize: 8 })).toThrow(/config has no field 'hidenSize'. Write hiddenSize./);
    expect(() => Object.assign(config, { labels: [] })).toThrow(/config.labels follows from config.id2label/);
    expect(() => (config.id2label = { 1: 'no' })).toThrow(/must number its 1 classes 0 to 0; 0 is missing/);
    settle(config);
    config.label2id = { a: 0, b: 1, c: 2 };
    config.numLabels = 3;
    config.hiddenSize = 4;
    config.problemType = 'multi_label_classification';
    expect(config.labels).toEqual(['a', 'b', 'c']);
    expect(() => (config.numLabels = 2)).toThrow(/a model was made with 3 labels. Pass numLabels to fromPretrained/);
    expect(() => (config.hiddenDropoutProb = 0)).toThrow(
      /config.hiddenDropoutProb = 0: a model was made with 0.3. Pass hiddenDropoutProb to fromPretrained or new BertConfig/,
    );
  });
});
