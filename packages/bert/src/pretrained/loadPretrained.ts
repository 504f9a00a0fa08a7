import { defaultDevice, Parameter, type Device } from '@attune/tensor';
import {
  anything,
  callable,
  flag,
  instanceOf,
  nonEmptyText,
  objectWith,
  optional,
  requireArgument,
  requireOptions,
  wholeNumber,
} from '@attune/validate';
import type { WeightSource } from '../bert/layers.ts';
import { CheckpointError } from '../checkpoint/checkpointError.ts';
import type { HostWeight } from '../checkpoint/checkpointFiles.ts';
import type { LoadReport } from '../checkpoint/loadReport.ts';
import { loadWeights, planWeights } from '../checkpoint/loadWeights.ts';
import { modelFolder, type ModelFolder } from '../checkpoint/modelFolder.ts';
import { parseJsonObject } from '../checkpoint/parseJson.ts';
import {
  openPretrained,
  whatTheyAre,
  type PretrainedFiles,
  type PretrainedOptions,
} from '../checkpoint/pretrainedFiles.ts';
import { readCheckpoint } from '../checkpoint/readCheckpoint.ts';
import { BertConfig, bertConfigOptionNames, type BertConfigOptions } from '../config/bertConfig.ts';
import { ConfigError } from '../config/configError.ts';
import type { ModelKind } from './modelKind.ts';
import { requireComputable, requireMemory } from './requireFit.ts';

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
  /** Do not print the load report (`model.loadReport` has it all the same). Default false. */
  silent?: boolean | undefined;
}

const newModelOptions = {
  device: optional(objectWith('a device, as openDevice() or defaultDevice() give', { info: 'object' })),
  seed: optional(wholeNumber(0, 2 ** 32 - 1)),
};

const fromPretrainedOptions = {
  ...newModelOptions,
  ignoreMismatchedSizes: optional(flag),
  silent: optional(flag),
  revision: optional(nonEmptyText),
  cacheDir: optional(nonEmptyText),
  localFilesOnly: optional(flag),
  forceDownload: optional(flag),
  onProgress: optional(callable),
  subfolder: optional(nonEmptyText),
  // The configuration checks its own fields.
  ...Object.fromEntries(bertConfigOptionNames.map((name) => [name, anything])),
};

const advice = {
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
    use_safetensors: 'safetensors files are all that is read',
  },
};

/** What a model is built of. */
export interface ModelParts {
  readonly config: BertConfig;
  readonly weights: WeightSource;
  readonly seed: number;
  readonly report: LoadReport;
}

function sourceOf(weights: ReadonlyMap<string, HostWeight>, device: Device): WeightSource {
  return (name) => {
    const weight = weights.get(name);
    if (!weight)
      throw new CheckpointError(`The model asks for a weight '${name}' that its list of shapes does not have.`);
    return new Parameter(weight.data, { shape: weight.shape, device });
  };
}

/** The weights of a new model, all drawn. */
export async function drawWeights(
  kind: ModelKind,
  config: BertConfig,
  options: NewModelOptions,
  defaultSeed: number,
): Promise<ModelParts> {
  const where = `${kind.architecture}.fromConfig`;
  requireArgument(where, 'config', config, instanceOf(BertConfig));
  requireOptions(where, options, newModelOptions);
  requireComputable(config, where);
  const { seed = defaultSeed } = options;
  const shapes = kind.shapes(config);
  const device = await readyDevice(options.device);
  requireMemory(device, shapes, where);
  const plan = planWeights(shapes, new Map(), {
    model: kind.architecture,
    source: 'nothing',
    basePrefix: kind.basePrefix,
    mayBeNew: () => true,
    ignoreMismatchedSizes: false,
    seed,
  });
  return { config, weights: sourceOf(loadWeights(plan, config), device), seed, report: plan.report };
}

async function readConfig(files: PretrainedFiles): Promise<Record<string, unknown>> {
  const text = await files.readText('config.json');
  if (text !== undefined) return parseJsonObject(text, `${files.name}/config.json`);
  throw new CheckpointError(
    `${files.name} has no config.json: it is no checkpoint of a model. ${await whatTheyAre(files)}`,
  );
}

/**
 * The weights of a checkpoint.
 *
 * @param where the function as its caller wrote it
 * @param classOf which model class to make of a `model_type`
 */
export async function readWeights<Class extends { readonly kind: ModelKind }>(
  where: string,
  classOf: (modelType: unknown, source: string) => Class,
  nameOrFolder: ModelFolder,
  options: FromPretrainedOptions,
  defaultSeed: number,
): Promise<ModelParts & { readonly modelClass: Class }> {
  requireArgument(where, 'nameOrFolder', nameOrFolder, modelFolder(), CheckpointError);
  requireOptions(where, options, fromPretrainedOptions, advice);
  const {
    revision,
    cacheDir,
    localFilesOnly,
    forceDownload,
    onProgress,
    subfolder,
    silent: _,
    ...modelOptions
  } = options;
  const { device: givenDevice, seed = defaultSeed, ignoreMismatchedSizes = false, ...overrides } = modelOptions;
  const files = openPretrained(nameOrFolder, {
    revision,
    cacheDir,
    localFilesOnly,
    forceDownload,
    onProgress,
    subfolder,
  });
  const source = `${files.name}/config.json`;
  const json = await readConfig(files);
  const modelClass = classOf(json.model_type, source);
  const { kind } = modelClass;
  const config = BertConfig.fromJson(json, overrides, source);
  requireComputable(config, source);
  const checkpoint = await readCheckpoint(files);
  const plan = planWeights(kind.shapes(config), checkpoint, {
    model: kind.architecture,
    source: files.name,
    basePrefix: kind.basePrefix,
    mayBeNew: kind.mayBeNew,
    ignoreMismatchedSizes,
    seed,
  });
  const device = await readyDevice(givenDevice);
  requireMemory(device, plan.shapes, files.name);
  return { modelClass, config, weights: sourceOf(loadWeights(plan, config), device), seed, report: plan.report };
}

/**
 * The device, with what products on it need: a page may bring models, and with
 * them products, after it.
 */
async function readyDevice(given: Device | undefined): Promise<Device> {
  const device = given ?? (await defaultDevice());
  await device.prepare(() => {});
  return device;
}
