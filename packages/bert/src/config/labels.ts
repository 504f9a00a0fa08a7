import { shown } from '@attune/validate';
import { ConfigError } from '../errors.ts';

/** Number and names of labels. */
export interface LabelOptions {
  /** Outputs of the head; 1 is a regression. Default 2, or as many as are named. */
  numLabels?: number | undefined;
  /** Class number to name. */
  id2label?: Readonly<Record<number, string>> | readonly string[] | undefined;
  /** Name to class number. */
  label2id?: Readonly<Record<string, number>> | undefined;
}

/** Options of a configuration for its labels. */
export const labelNames = ['numLabels', 'id2label', 'label2id'] as const satisfies (keyof LabelOptions)[];

/** Far above every dataset; a file with more is damaged. */
const mostLabels = 2 ** 20;

function requireCount(count: unknown, source: string): void {
  if (!Number.isInteger(count) || Number(count) < 1)
    throw new ConfigError(
      `${source}: numLabels must be a whole number of at least 1 (1 means regression); got ${shown(count)}`,
    );
  if (Number(count) > mostLabels)
    throw new ConfigError(`${source}: numLabels must be at most ${mostLabels}; got ${shown(count)}`);
}

function requireObject(given: unknown, name: string, what: string, source: string): void {
  if (typeof given !== 'object' || given === null)
    throw new ConfigError(`${source}: ${name} must be ${what}; got ${shown(given)}`);
}

function namesById(id2label: NonNullable<LabelOptions['id2label']>, source: string): string[] {
  requireObject(id2label, 'id2label', "an object { 0: 'name', … } or a list of names", source);
  const given: ReadonlyMap<string, unknown> = new Map(Object.entries(id2label));
  return Array.from({ length: given.size }, (_, id) => {
    const name = given.get(String(id));
    if (!given.has(String(id)))
      throw new ConfigError(
        `${source}: id2label must number its ${given.size} classes 0 to ${given.size - 1}; ${id} is missing`,
      );
    if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean')
      throw new ConfigError(`${source}: the name of class ${id} in id2label must be a string; got ${shown(name)}`);
    return String(name);
  });
}

function namesByLabel(label2id: NonNullable<LabelOptions['label2id']>, source: string): string[] {
  requireObject(label2id, 'label2id', 'an object { name: 0, … }', source);
  const entries = Object.entries(label2id).sort(([, a], [, b]) => Number(a) - Number(b));
  return entries.map(([name, id], index) => {
    if (id !== index)
      throw new ConfigError(
        `${source}: label2id must number its ${entries.length} classes 0 to ${entries.length - 1}; '${name.slice(0, 60)}' is ${shown(id)}`,
      );
    return name;
  });
}

function requireAgreement(
  names: readonly string[],
  label2id: NonNullable<LabelOptions['label2id']>,
  source: string,
): void {
  requireObject(label2id, 'label2id', 'an object { name: 0, … }', source);
  const wrong = names.findIndex((name, id) => label2id[name] !== id);
  if (wrong >= 0)
    throw new ConfigError(
      `${source}: id2label says class ${wrong} is '${names[wrong]?.slice(0, 60)}', label2id gives that name ${shown(label2id[names[wrong] ?? ''])}. ` +
        `Make them agree, or give one.`,
    );
}

/** Class names by number, as many as there are labels. @throws ConfigError */
export function resolveLabels(given: LabelOptions, source: string): string[] | undefined {
  const { numLabels, id2label, label2id } = given;
  if (numLabels !== undefined) requireCount(numLabels, source);
  const byId = id2label && namesById(id2label, source);
  if (byId && label2id) requireAgreement(byId, label2id, source);
  const names = byId ?? (label2id && namesByLabel(label2id, source));
  if (names?.length === 0)
    throw new ConfigError(`${source}: there are no class names. Give at least one label (1 means regression).`);
  if (names && numLabels !== undefined && names.length !== numLabels) {
    const firstNames = names.slice(0, 8).map((name) => name.slice(0, 60));
    throw new ConfigError(
      `${source}: numLabels is ${numLabels}, but ${names.length} class names are given (${firstNames.join(', ')}). ` +
        `Make them agree, or give one.`,
    );
  }
  return names ?? (numLabels === undefined ? undefined : defaultLabels(numLabels));
}

export function defaultLabels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
}
