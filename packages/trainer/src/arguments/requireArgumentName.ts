import { nearestName, shown } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import { defaultArguments } from './defaults.ts';
import { impossibleArguments, pointlessArguments, renamedArguments, unsupportedArguments } from './otherNames.ts';
import { camelCase } from './pythonNames.ts';

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/**
 * Refuses a name that is not an argument, and says what to write instead.
 *
 * @throws TrainingArgumentsError
 */
export function requireArgumentName(name: string, value: unknown): void {
  if (Object.hasOwn(defaultArguments, name)) return;
  const camel = camelCase(name);
  const fail = (message: string) => {
    throw new TrainingArgumentsError(message);
  };
  const renamed = own(renamedArguments, camel);
  if (renamed) fail(`the training argument ${name} is now called ${renamed}`);
  const pointless = own(pointlessArguments, camel);
  if (pointless) fail(`the training argument ${name} has no effect here: ${pointless}`);
  const impossible = own(impossibleArguments, camel);
  if (impossible && value !== false)
    fail(`the training argument ${name} = ${shown(value)} is not possible: ${impossible}`);
  if (impossible) return;
  const unsupported = own(unsupportedArguments, camel);
  if (unsupported) {
    const { neutral, reason } = unsupported;
    // transformers takes lists for some arguments: [] and ['none'] are neutral too.
    const single: unknown = Array.isArray(value) && value.length < 2 ? (value[0] ?? neutral) : value;
    if (Object.is(single, neutral)) return;
    const said = /token/i.test(name) ? '…' : shown(value);
    fail(
      `the training argument ${name} = ${said} is not supported: ${reason}. Leave it out (it then is ${shown(neutral)}).`,
    );
  }
  if (camel !== name && Object.hasOwn(defaultArguments, camel))
    fail(`there is no training argument ${name}; names are in camelCase: ${camel}`);
  const near = nearestName(name, Object.keys(defaultArguments));
  fail(
    `there is no training argument ${name}; ${near ? `did you mean ${near}?` : 'see TrainingArgumentsOptions for all names'}`,
  );
}
