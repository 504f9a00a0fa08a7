import { shown } from '@attune/validate';
import { CheckpointError } from '../errors.ts';
import { refuseForeignText } from '../folder/foreignContent.ts';
import { parseJsonObject } from '../folder/parseJson.ts';
import type { PretrainedFiles } from '../folder/pretrainedFiles.ts';

/** How the token vectors of a sentence are pooled to one. */
export type PoolingMode = 'cls' | 'max' | 'mean';

/** The configuration of a sentence-transformers model. */
export interface SentenceConfig {
  /** Where the BERT is: '' or '0_Transformer'. */
  readonly subfolder: string;
  /** Poolings; the vectors of several are concatenated in this order. */
  readonly pooling: readonly PoolingMode[];
  /** Whether the model itself normalises its vectors. */
  readonly normalize: boolean;
  /** Whether sentences are lower-cased before tokenization. */
  readonly lowerCase: boolean;
  /** Longest sentence in tokens, where the files state one. */
  readonly maxSeqLength: number | undefined;
  /** Text before every sentence, if the caller gives none. */
  readonly defaultPrompt: string;
  /** Prompts by name. */
  readonly prompts: ReadonlyMap<string, string>;
}

/** Flags of 1_Pooling/config.json before version 5, in the order in which several are joined. */
const poolingFlags = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_mean_sqrt_len_tokens: 'mean_sqrt_len_tokens',
  pooling_mode_weightedmean_tokens: 'weightedmean',
  pooling_mode_lasttoken: 'lasttoken',
};

const isPoolingMode = (mode: unknown): mode is PoolingMode => ['cls', 'max', 'mean'].includes(mode as string);

async function readObject(files: PretrainedFiles, file: string): Promise<Record<string, unknown> | undefined> {
  const text = await files.readText(file);
  return text === undefined ? undefined : parseJsonObject(text, `${files.name}/${file}`);
}

/** @throws CheckpointError for modes that are not computed here */
function readPooling(config: Readonly<Record<string, unknown>>, source: string): readonly PoolingMode[] {
  const flagged = Object.entries(poolingFlags).flatMap(([flag, mode]) => (config[flag] === true ? [mode] : []));
  const stated = config.pooling_mode ?? (flagged.length > 0 ? flagged : 'mean');
  const modes: readonly unknown[] = Array.isArray(stated) ? stated : [stated];
  const other = modes.find((mode) => !isPoolingMode(mode));
  if (other !== undefined || modes.length === 0)
    throw new CheckpointError(`${source} asks for pooling by ${shown(other)}; 'mean', 'cls' and 'max' are supported`);
  if (config.include_prompt === false)
    throw new CheckpointError(
      `${source} says include_prompt: false, to leave the prompt's tokens out of the mean; that is not supported`,
    );
  return modes.filter(isPoolingMode);
}

interface ModuleEntry {
  readonly kind: string;
  readonly path: string;
}

const moduleKinds = ['Transformer', 'Pooling', 'Normalize'];

function readModules(text: string, source: string): readonly ModuleEntry[] {
  refuseForeignText(text, source);
  // A list, which the reader of objects does not take.
  const list = parseJsonObject(`{"modules":${text}}`, source).modules;
  const modules = (Array.isArray(list) ? list : []).map((entry: unknown): ModuleEntry => {
    const { type, path } = (entry ?? {}) as Record<string, unknown>;
    if (typeof type !== 'string' || typeof path !== 'string' || !/^[\w.-]*$/.test(path))
      throw new CheckpointError(`${source}: a module must be { type, path }; got ${shown(entry)}`);
    return { kind: type.slice(type.lastIndexOf('.') + 1), path };
  });
  const kinds = modules.map(({ kind }) => kind);
  const other = kinds.find((kind) => !moduleKinds.includes(kind));
  if (other) throw new CheckpointError(`${source} has a module ${other}; ${moduleKinds.join(', ')} are supported`);
  if (!['Transformer,Pooling', 'Transformer,Pooling,Normalize'].includes(kinds.join()))
    throw new CheckpointError(
      `${source} must list Transformer, Pooling and perhaps Normalize, in this order; it lists ${kinds.join(', ') || 'no modules'}`,
    );
  return modules;
}

function readPrompts(config: Readonly<Record<string, unknown>>, source: string) {
  const { prompts = {}, default_prompt_name: name } = config;
  const entries = Object.entries((prompts ?? {}) as Record<string, unknown>);
  const wrong = entries.find(([, prompt]) => typeof prompt !== 'string');
  if (wrong) throw new CheckpointError(`${source}: the prompt ${wrong[0]} must be a string; got ${shown(wrong[1])}`);
  const texts = new Map(entries as [string, string][]);
  const defaultPrompt = name === undefined || name === null ? '' : texts.get(String(name));
  if (defaultPrompt === undefined)
    throw new CheckpointError(`${source}: default_prompt_name is ${shown(name)}, which is not among its prompts`);
  return { prompts: texts, defaultPrompt };
}

/**
 * Reads modules.json and what it names. Without modules.json: the mean over the tokens of a plain
 * checkpoint, as sentence-transformers has it.
 *
 * @throws CheckpointError for modules, pooling or settings that are not computed here
 */
export async function readSentenceConfig(files: PretrainedFiles): Promise<SentenceConfig> {
  const text = await files.readText('modules.json');
  const modules = text === undefined ? [] : readModules(text, `${files.name}/modules.json`);
  const pathOf = (kind: string) => modules.find((module) => module.kind === kind)?.path;
  const subfolder = pathOf('Transformer') ?? '';
  const settingsFile = `${subfolder && `${subfolder}/`}sentence_bert_config.json`;
  const settings = (await readObject(files, settingsFile)) ?? {};
  const { max_seq_length: maxSeqLength, do_lower_case: lowerCase } = settings;
  if (
    maxSeqLength !== undefined &&
    maxSeqLength !== null &&
    !(Number.isInteger(maxSeqLength) && Number(maxSeqLength) > 2)
  )
    throw new CheckpointError(
      `${files.name}/${settingsFile}: max_seq_length must be a whole number above 2; got ${shown(maxSeqLength)}`,
    );
  const poolingPath = pathOf('Pooling');
  const poolingFile = `${poolingPath}/config.json`;
  const pooling = poolingPath === undefined ? {} : await readObject(files, poolingFile);
  if (!pooling)
    throw new CheckpointError(
      `${files.name}/modules.json names ${poolingFile}, which is not there. Download or copy the model again.`,
    );
  const promptsFile = 'config_sentence_transformers.json';
  return {
    subfolder,
    pooling: readPooling(pooling, `${files.name}/${poolingFile}`),
    normalize: pathOf('Normalize') !== undefined,
    lowerCase: lowerCase === true,
    maxSeqLength: typeof maxSeqLength === 'number' ? maxSeqLength : undefined,
    ...readPrompts((await readObject(files, promptsFile)) ?? {}, `${files.name}/${promptsFile}`),
  };
}
