import {
  answerOtherNames,
  arrayOf,
  oneOf,
  optional,
  requireArgument,
  shown,
  text,
  wholeNumber,
} from '@attune/validate';
import type { Kind, OptionKinds } from '@attune/validate';
import { FeatureError } from '../errors.ts';
import { adviceFor, requireDatasetOptions } from '../requireDatasetOptions.ts';
import { shownName } from '../shownValue.ts';

/**
 * Types of single values. `int64` holds whole numbers up to 2^53, exactly; a column with larger
 * ones is text (`string`). `uint8`: bytes. `null`: only missing values so far. `struct`: objects
 * and anything else, kept as they are.
 */
export type ValueType = 'uint8' | 'int32' | 'int64' | 'float32' | 'float64' | 'string' | 'bool' | 'null' | 'struct';

/** A column of single values. */
export interface ValueFeature {
  /** Discriminates it from lists and classes. */
  readonly type: 'value';
  /** Type of the values. */
  readonly dtype: ValueType;
}

/** A column of lists. */
export interface ListFeature {
  /** Discriminates it from values and classes. */
  readonly type: 'list';
  /** Type of the items. */
  readonly items: Feature;
}

/** The type of a column. */
export type Feature = ValueFeature | ListFeature | ClassLabel;

/** Columns and their types, in order. */
export type Features = Readonly<Record<string, Feature>>;

/** The given type of a column, if any; the column may be called `constructor`. */
export function ownFeature(features: Features | undefined, name: string): Feature | undefined {
  return features && Object.hasOwn(features, name) ? features[name] : undefined;
}

const classKinds: OptionKinds = {
  names: optional(arrayOf(text, 'strings')),
  numClasses: optional(wholeNumber(1, 1_000_000)),
};
const classAdvice = adviceFor({ namesFile: 'read the file and pass its lines as names', id2label: 'pass names' });

/** Classes as whole numbers from 0, with a name each. -1 and -100 stand for "no label". */
export class ClassLabel {
  /** Discriminates it from values and lists. */
  readonly type = 'class_label';
  /** Names of the classes, by number. */
  readonly names: readonly string[];

  /**
   * @param options names of the classes, or only their number, for the names '0', '1', …
   * @throws FeatureError when a name is given twice
   */
  constructor(options: { readonly names: readonly string[] } | { readonly numClasses: number }) {
    requireDatasetOptions('new ClassLabel', options, classKinds, classAdvice, FeatureError);
    const given = options as { readonly names?: readonly string[]; readonly numClasses?: number };
    if ((given.names === undefined) === (given.numClasses === undefined))
      throw new FeatureError(`new ClassLabel: pass names or numClasses; got ${shown(options)}`);
    const names = given.names ?? Array.from({ length: given.numClasses! }, (_, index) => String(index));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new FeatureError(`ClassLabel: the name '${twice}' is given twice`);
    this.names = [...names];
  }

  /** How many classes there are. */
  get numClasses(): number {
    return this.names.length;
  }

  /**
   * The number of a class, by its name or its number as text.
   *
   * @throws FeatureError for an unknown name
   */
  str2int(name: string): number {
    const index = typeof name === 'string' ? this.numberOf(name) : undefined;
    if (index === undefined || index < 0 || index >= this.numClasses)
      throw new FeatureError(`ClassLabel: ${shownName(name)} is not one of the classes ${this.names.join(', ')}`);
    return index;
  }

  /**
   * Parses a text, ignoring blanks around it: the number of the class of that name, or else a whole
   * number. @internal
   */
  numberOf(given: string): number | undefined {
    const written = given.trim();
    const named = [this.names.indexOf(given), this.names.indexOf(written)].find((index) => index >= 0);
    if (named !== undefined) return named;
    return /^[+-]?\d+$/.test(written) ? Number(written) : undefined;
  }

  /** The name of a class. @throws FeatureError for an unknown number */
  int2str(label: number): string {
    const name = typeof label === 'number' ? this.names[label] : undefined;
    if (name === undefined)
      throw new FeatureError(
        `ClassLabel: ${shown(label)} is not a class; there are ${this.numClasses}, counted from 0`,
      );
    return name;
  }
}

answerOtherNames(ClassLabel.prototype, 'a ClassLabel has', FeatureError, { num_classes: 'numClasses' });

const valueTypes: readonly ValueType[] = [
  'uint8',
  'int32',
  'int64',
  'float32',
  'float64',
  'string',
  'bool',
  'null',
  'struct',
];
const valueTypeKind = oneOf(...valueTypes);

/** The type of single values. @throws FeatureError for an unknown type */
export function value(dtype: ValueType): ValueFeature {
  requireArgument('value', 'dtype', dtype, valueTypeKind, FeatureError);
  return { type: 'value', dtype };
}

/** The type of lists. @throws FeatureError for items that are not a type */
export function list(items: Feature): ListFeature {
  requireArgument('list', 'items', items, featureKind, FeatureError);
  return { type: 'list', items };
}

function isFeature(input: unknown): input is Feature {
  if (input instanceof ClassLabel) return true;
  const { type, dtype, items } = (input ?? {}) as { type?: unknown; dtype?: unknown; items?: unknown };
  return type === 'value' ? valueTypes.includes(dtype as ValueType) : type === 'list' && isFeature(items);
}

export const featureKind: Kind = {
  what: "a type: value('int32'), list(value('string')) or new ClassLabel({ names })",
  holds: isFeature,
};

export const featuresKind: Kind = {
  what: "an object of types by column, as { label: value('int32') }",
  holds: (input) =>
    typeof input === 'object' && input !== null && !Array.isArray(input) && Object.values(input).every(isFeature),
  found: (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return shown(input);
    const [name, wrong] = Object.entries(input).find(([, feature]) => !isFeature(feature))!;
    return `${shown(wrong)} for '${name}'`;
  },
};

/** `int32`, `list<string>`, `ClassLabel(no, yes)`: for messages. */
export function describeFeature(feature: Feature): string {
  if (feature.type === 'value') return feature.dtype;
  if (feature.type === 'list') return `list<${describeFeature(feature.items)}>`;
  return `ClassLabel(${feature.names.join(', ')})`;
}

export function sameFeature(a: Feature, b: Feature): boolean {
  if (a.type === 'value') return b.type === 'value' && a.dtype === b.dtype;
  if (a.type === 'list') return b.type === 'list' && sameFeature(a.items, b.items);
  return (
    b.type === 'class_label' &&
    a.names.length === b.names.length &&
    a.names.every((name, index) => name === b.names[index])
  );
}

/** The type of whole numbers beyond 2^53: text, which keeps every digit. */
export const wholeText = value('string');

const numberRank: Partial<Record<ValueType, number>> = { uint8: 0, int32: 1, int64: 2, float32: 3, float64: 4 };

/** The narrowest type that can represent values of both; undefined if there is none. */
export function mergeFeatures(a: Feature, b: Feature): Feature | undefined {
  if (a === b) return a;
  if (a === wholeText || b === wholeText) return mergeWithWholeText(a === wholeText ? b : a);
  if (sameFeature(a, b)) return a;
  if (a.type === 'value' && a.dtype === 'null') return b;
  if (b.type === 'value' && b.dtype === 'null') return a;
  if (a.type === 'list' && b.type === 'list') {
    const items = mergeFeatures(a.items, b.items);
    return items && list(items);
  }
  if (a.type !== 'value' || b.type !== 'value') return undefined;
  const [rankA, rankB] = [numberRank[a.dtype], numberRank[b.dtype]];
  if (rankA === undefined || rankB === undefined) return undefined;
  if (Math.max(rankA, rankB) === 1) return value('int32');
  if (Math.max(rankA, rankB) === 2) return value('int64');
  return value('float64');
}

function mergeWithWholeText(other: Feature): Feature | undefined {
  const rank = other.type === 'value' ? numberRank[other.dtype] : undefined;
  if (rank === undefined) return other.type === 'value' && other.dtype === 'null' ? wholeText : undefined;
  return rank <= 2 ? wholeText : value('float64');
}
