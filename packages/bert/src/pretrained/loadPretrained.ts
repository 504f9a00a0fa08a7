import { currentSeed, defaultDevice, Parameter, type Device } from '@attune/tensor';
import { instanceOf, requireArgument, requireOptions } from '@attune/validate';
import type { WeightSource } from '../bert/layers.ts';
import { BertConfig } from '../config/bertConfig.ts';
import { bertConfigOptionNames } from '../config/optionNames.ts';
import { passedOverMessage } from '../config/passedOver.ts';
import { CheckpointError } from '../errors.ts';
import { modelFolder, type ModelFolder } from '../folder/modelFolder.ts';
import { parseJsonObject } from '../folder/parseJson.ts';
import { openPretrained, pretrainedKinds, describeFiles, type PretrainedFiles } from '../folder/pretrainedFiles.ts';
import type { HostWeight } from '../weights/checkpointFiles.ts';
import { loadReportMessage, type LoadReport } from '../weights/loadReport.ts';
import { loadWeights, planWeights } from '../weights/loadWeights.ts';
import { readCheckpoint } from '../weights/readCheckpoint.ts';
import {
  fromPretrainedAdvice,
  fromPretrainedKinds,
  newModelKinds,
  type FromPretrainedOptions,
  type NewModelOptions,
} from './loadOptions.ts';
import type { ModelClass, ModelKind } from './modelKind.ts';
import { requireComputable, requireMemory } from './requireFit.ts';

/** The default seed of models. */
export const defaultSeed = (): number => currentSeed() ?? 42;

/** The parts that a model is built from. */
export interface ModelParts {
  readonly config: BertConfig;
  readonly weights: WeightSource;
  readonly seed: number;
  readonly report: LoadReport;
  /** What of config.json is not followed. */
  readonly passedOver?: string | undefined;
}

function sourceOf(weights: ReadonlyMap<string, HostWeight>, device: Device): WeightSource {
  return (name) => {
    const weight = weights.get(name);
    if (!weight)
      throw new CheckpointError(`The model asks for a weight '${name}' that its list of shapes does not have`);
    return new Parameter(weight.data, { shape: weight.shape, device });
  };
}

/** Draws the weights of a new model. */
export async function drawWeights(kind: ModelKind, config: BertConfig, options: NewModelOptions): Promise<ModelParts> {
  const where = `${kind.architecture}.fromConfig`;
  requireArgument(where, 'config', config, instanceOf(BertConfig));
  requireOptions(where, options, newModelKinds);
  requireComputable(config, where);
  const { seed = defaultSeed() } = options;
  const shapes = kind.shapes(config);
  const device = await readyDevice(options.device);
  requireMemory(device, shapes, where);
  const plan = planWeights(shapes, new Map(), {
    kind: { ...kind, mayBeNew: () => true },
    source: 'nothing',
    ignoreMismatchedSizes: false,
    seed,
  });
  return { config, weights: sourceOf(loadWeights(plan, config), device), seed, report: plan.report };
}

async function readConfig(files: PretrainedFiles): Promise<Record<string, unknown>> {
  const text = await files.readText('config.json');
  if (text !== undefined) return parseJsonObject(text, `${files.name}/config.json`);
  throw new CheckpointError(
    `${files.name} has no config.json: it is not a checkpoint of a model. ${await describeFiles(files)}`,
  );
}

/**
 * Reads the weights of a checkpoint.
 *
 * @param where the function as its caller wrote it
 * @param classOf returns the model class for a `model_type`
 */
async function readWeights<Class extends { readonly kind: ModelKind }>(
  where: string,
  classOf: (modelType: unknown, source: string) => Class,
  nameOrFolder: ModelFolder,
  options: FromPretrainedOptions,
): Promise<ModelParts & { readonly modelClass: Class }> {
  requireArgument(where, 'nameOrFolder', nameOrFolder, modelFolder(), CheckpointError);
  requireOptions(where, options, fromPretrainedKinds, fromPretrainedAdvice);
  const { device: givenDevice, seed = defaultSeed(), ignoreMismatchedSizes = false } = options;
  const files = openPretrained(nameOrFolder, pick(options, Object.keys(pretrainedKinds)));
  const source = `${files.name}/config.json`;
  const json = await readConfig(files);
  const modelClass = classOf(json.model_type, source);
  const { kind } = modelClass;
  const config = BertConfig.fromJson(json, pick(options, bertConfigOptionNames), source);
  requireComputable(config, source);
  const checkpoint = await readCheckpoint(files);
  const plan = planWeights(kind.shapes(config), checkpoint, {
    kind,
    source: files.name,
    ignoreMismatchedSizes,
    seed,
  });
  const device = await readyDevice(givenDevice);
  requireMemory(device, plan.shapes, files.name);
  return {
    modelClass,
    config,
    weights: sourceOf(loadWeights(plan, config), device),
    seed,
    report: plan.report,
    passedOver: passedOverMessage(json, source),
  };
}

/** Properties of a model that loading sets. */
interface LoadedModel {
  loadReport: LoadReport | null;
  headSeed: number | null;
  eval(): unknown;
}

/**
 * Loads a checkpoint into the class that is chosen by its `model_type`, in evaluation mode.
 *
 * @param where the function as its caller wrote it
 */
export async function loadModel<Model extends LoadedModel>(
  where: string,
  classOf: (modelType: unknown, source: string) => ModelClass<Model>,
  nameOrFolder: ModelFolder,
  options: FromPretrainedOptions = {},
): Promise<Model> {
  const parts = await readWeights(where, classOf, nameOrFolder, options);
  const { modelClass, config, weights, seed, report, passedOver } = parts;
  const model = new modelClass(config, weights, seed);
  model.loadReport = report;
  model.headSeed = report.missing.length + report.mismatched.length > 0 ? report.seed : null;
  for (const message of [passedOver, loadReportMessage(report)]) if (message && !options.silent) console.warn(message);
  model.eval();
  return model;
}

/**
 * The device, with its variants of products loaded: a page may import models, and so products,
 * after opening it.
 */
async function readyDevice(given: Device | undefined): Promise<Device> {
  const device = given ?? (await defaultDevice());
  await device.prepare(() => {});
  return device;
}

/** Picks options by name. */
function pick<Options extends object>(options: Options, names: readonly string[]): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name))) as Partial<Options>;
}
