import { ConfigError } from './configError.ts';

export interface LabelOptions {
  numLabels?: number;
  /** Class number to name. */
  id2label?: Readonly<Record<number, string>> | readonly string[];
  /** Name to class number. */
  label2id?: Readonly<Record<string, number>>;
}

/** Class names by number, as many as there are labels. */
export function resolveLabels(given: LabelOptions, source: string): string[] | undefined {
  const { numLabels, id2label, label2id } = given;
  if (numLabels !== undefined && (!Number.isInteger(numLabels) || numLabels < 1)) {
    throw new ConfigError(
      `${source}: numLabels is ${numLabels}; a whole number of at least 1 was expected (1 means regression).`,
    );
  }
  let names: string[] | undefined;
  if (id2label) {
    const entries = Object.entries(id2label);
    names = entries.map((_, index) => {
      const name = (id2label as Readonly<Record<number, string>>)[index];
      if (name === undefined)
        throw new ConfigError(
          `${source}: id2label must number its ${entries.length} classes 0 to ${entries.length - 1}; ${index} is missing.`,
        );
      return String(name);
    });
  } else if (label2id) {
    const entries = Object.entries(label2id).sort(([, a], [, b]) => a - b);
    entries.forEach(([name, id], index) => {
      if (id !== index)
        throw new ConfigError(
          `${source}: label2id must number its ${entries.length} classes 0 to ${entries.length - 1}; '${name}' is ${id}.`,
        );
    });
    names = entries.map(([name]) => name);
  }
  if (names && label2id && id2label) {
    const wrong = names.findIndex((name, id) => label2id[name] !== id);
    if (wrong >= 0)
      throw new ConfigError(
        `${source}: id2label says class ${wrong} is '${names[wrong]}', label2id gives that name ${label2id[names[wrong]!]}. ` +
          `Make them agree, or give one.`,
      );
  }
  if (names && numLabels !== undefined && names.length !== numLabels) {
    throw new ConfigError(
      `${source}: numLabels is ${numLabels}, but ${names.length} class names are given (${names.slice(0, 8).join(', ')}). ` +
        `Make them agree, or give one.`,
    );
  }
  return names ?? (numLabels === undefined ? undefined : defaultLabels(numLabels));
}

export function defaultLabels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `LABEL_${index}`);
}
