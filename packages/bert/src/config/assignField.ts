import { shown } from '@attune/validate';
import { ConfigError } from '../errors.ts';
import { fieldNames, requireFields, requireProblem, type BertConfigFields } from './fields.ts';
import { labelNames, resolveLabels } from './labels.ts';
import { noFieldMessage } from './optionNames.ts';

/** A configuration whose fields are assigned. */
interface AssignedConfig extends BertConfigFields {
  labels: readonly string[];
}

/** Marks the configuration of a model, whose sizes and rates are settled. */
const ofModel = Symbol('ofModel');

/** Notes that a model was made with a configuration. */
export function settle(config: object): void {
  Object.defineProperty(config, ofModel, { value: true });
}

/**
 * Assigns a field of a configuration, or its labels. In that of a model only the problem type and
 * the names of the labels change.
 *
 * @throws ConfigError
 */
export function assignField(config: AssignedConfig, name: string, given: unknown): void {
  if (name === 'labels')
    throw new ConfigError("config.labels follows from config.id2label: assign ['no', 'yes'] to that");
  if ((labelNames as readonly string[]).includes(name)) assignLabels(config, name, given);
  else if ((fieldNames as readonly string[]).includes(name)) assign(config, name as keyof BertConfigFields, given);
  else throw new ConfigError(noFieldMessage('config', name));
}

function assign(config: AssignedConfig, name: keyof BertConfigFields, given: unknown): void {
  const fields = Object.fromEntries(fieldNames.map((field) => [field, config[field]])) as unknown as BertConfigFields;
  const changed = { ...fields, [name]: given };
  requireFields(changed, 'config');
  requireProblem(changed, config.labels.length, 'config');
  if (ofModel in config && name !== 'problemType' && given !== config[name])
    throw new ConfigError(
      `config.${name} = ${shown(given)}: a model was made with ${shown(config[name])}. Pass ${name} to fromPretrained or new BertConfig.`,
    );
  Object.assign(config, { [name]: given });
}

function assignLabels(config: AssignedConfig, name: string, given: unknown): void {
  const labels = resolveLabels({ [name]: given }, 'config');
  if (!labels) throw new ConfigError(`config.${name} must be labels; got ${shown(given)}`);
  requireProblem(config, labels.length, 'config');
  const { length } = config.labels;
  if (ofModel in config && labels.length !== length)
    throw new ConfigError(
      `config.${name} = ${shown(given)}: a model was made with ${length} labels. Pass ${name} to fromPretrained, which makes a head for them.`,
    );
  // As in transformers, a number of labels leaves the names of as many.
  if (name !== 'numLabels' || labels.length !== length) config.labels = labels;
}
