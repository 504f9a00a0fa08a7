import type { Device } from '@attune/tensor';
import { anything, flag, objectWith, optional, wholeNumber } from '@attune/validate';
import type { BertConfigOptions } from '../config/bertConfig.ts';
import { bertConfigOptionNames } from '../config/optionNames.ts';
import { ConfigError } from '../errors.ts';
import { pretrainedKinds, type PretrainedOptions } from '../folder/pretrainedFiles.ts';

/** Options for making or loading a model, besides its configuration. */
export interface NewModelOptions {
  /** Device of the weights. Default: the default device, which is opened when needed. */
  device?: Device | undefined;
  /**
   * Seed of newly drawn weights and of dropout. Default: that of the last `setSeed`, else 42. The
   * same seed draws the same weights; a later `setSeed` does not affect the model.
   */
  seed?: number | undefined;
}

/** Options of `fromPretrained`, besides any field of the configuration in camelCase. */
export interface FromPretrainedOptions extends BertConfigOptions, PretrainedOptions, NewModelOptions {
  /**
   * Whether to draw new weights where shapes differ from the checkpoint, instead of refusing it.
   * Default false.
   */
  ignoreMismatchedSizes?: boolean | undefined;
  /**
   * Whether to print neither the fields of config.json that are ignored nor the load report, which
   * is in `model.loadReport`. Default false.
   */
  silent?: boolean | undefined;
}

export const deviceKind = optional(objectWith('a device, as openDevice() or defaultDevice() give', { info: 'object' }));

export const newModelKinds = {
  device: deviceKind,
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
};

export const fromPretrainedKinds = {
  ...newModelKinds,
  ignoreMismatchedSizes: optional(flag),
  silent: optional(flag),
  ...pretrainedKinds,
  // The configuration checks its own fields.
  ...Object.fromEntries(bertConfigOptionNames.map((name) => [name, anything])),
};

export const fromPretrainedAdvice = {
  error: ConfigError,
  otherNames: {
    from_tf: 'a TensorFlow checkpoint is converted in Python first, with from_tf=True and save_pretrained',
    from_flax: 'a Flax checkpoint is converted in Python first, with from_flax=True and save_pretrained',
    torch_dtype: 'weights are float32 here; mixed precision is chosen where the model is trained (fp16)',
    torchDtype: 'weights are float32 here; mixed precision is chosen where the model is trained (fp16)',
    dtype: 'weights are float32 here; mixed precision is chosen where the model is trained (fp16)',
    device_map: 'pass device',
    config: 'pass the fields to change themselves, such as { numLabels: 3 }',
    token: 'log in with `hf auth login`, or set HF_TOKEN',
    output_hidden_states: 'ask for them where you want them, forward(batch, { outputHiddenStates: true })',
    outputHiddenStates: 'ask for them where you want them, forward(batch, { outputHiddenStates: true })',
    output_attentions: 'attention probabilities are not kept',
    outputAttentions: 'attention probabilities are not kept',
    return_dict: 'the output is always an object',
    returnDict: 'the output is always an object',
    attn_implementation: 'attention has a single implementation, which is exact',
    attnImplementation: 'attention has a single implementation, which is exact',
    use_safetensors: 'only safetensors files are read',
  },
};
