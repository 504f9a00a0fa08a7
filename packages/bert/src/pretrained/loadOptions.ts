import type { Device } from '@attune/tensor';
import { anything, flag, objectWith, optional, wholeNumber } from '@attune/validate';
import { bertConfigOptionNames, type BertConfigOptions } from '../config/bertConfig.ts';
import { ConfigError } from '../errors.ts';
import { pretrainedKinds, type PretrainedOptions } from '../folder/pretrainedFiles.ts';

/** What a model that is made or loaded is given beside its configuration. */
export interface NewModelOptions {
  /** Where the weights live. Default: the default device, opened when first needed. */
  device?: Device | undefined;
  /**
   * Seed of newly drawn weights and of dropout. Default: that of the last `setSeed`, else 42. The
   * same seed draws the same weights every time; a `setSeed` after the model was made changes
   * nothing of it.
   */
  seed?: number | undefined;
}

/** What `fromPretrained` takes, besides any field of the configuration in camelCase. */
export interface FromPretrainedOptions extends BertConfigOptions, PretrainedOptions, NewModelOptions {
  /**
   * Draw weights anew whose shapes differ from the checkpoint's, instead of refusing it. Default
   * false.
   */
  ignoreMismatchedSizes?: boolean | undefined;
  /**
   * Do not print what of config.json is passed over, nor the load report (`model.loadReport` has it
   * all the same). Default false.
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
    attn_implementation: 'attention has one implementation, of exact results',
    attnImplementation: 'attention has one implementation, of exact results',
    use_safetensors: 'safetensors files are all that is read',
  },
};
