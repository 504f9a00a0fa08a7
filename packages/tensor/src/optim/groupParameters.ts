import {
  arrayOf,
  callable,
  flag,
  numberAtLeast,
  object,
  oneOfKinds,
  optional,
  requireArgument,
  requireOptions,
} from '@attune/validate';
import { TensorError } from '../errors.ts';
import type { Parameter } from '../nn/parameter/parameter.ts';
import { isIterable, isPair } from './paramGroup.ts';
import type { ParamGroupOptions } from './paramGroup.ts';
import { requireAtMost } from '../surplusArguments.ts';

/** Options for parameters whose names match. */
export interface ParameterRule {
  /** Matches the names of the parameters. */
  readonly pattern: RegExp;
  /**
   * Their learning rate, or a function of the match: `([, layer]) => 5e-5 * 0.9 ** (11 -
   * Number(layer))`. Default: what an earlier rule says, or the optimizer's.
   */
  readonly lr?: number | ((match: RegExpExecArray) => number) | undefined;
  /** Their decoupled weight decay. Default: that of an earlier rule, or the optimizer's. */
  readonly weightDecay?: number | undefined;
  /**
   * Whether they are frozen: `requiresGrad` becomes false, and they are in no group. Default false.
   */
  readonly freeze?: boolean | undefined;
}

const where = 'groupParameters';
const rate = numberAtLeast(0);
const namesAndParameters = {
  what: 'names and parameters, one at least, as model.namedParameters() gives them',
  holds: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isPair),
};

const ruleKinds = {
  pattern: {
    what: 'a regular expression such as /\\.bias$/, without the flags g and y, which remember where they stopped',
    holds: (value: unknown) => value instanceof RegExp && !value.global && !value.sticky,
  },
  lr: optional(oneOfKinds('a number of at least 0, or a function that gives one', rate, callable)),
  weightDecay: optional(rate),
  freeze: optional(flag),
};

/**
 * Groups for an optimizer by the names of parameters: rates that grow from layer to layer, frozen
 * layers, weights without decay.
 *
 *     const groups = groupParameters(model.namedParameters(), [
 *       { pattern: /embeddings/, freeze: true },
 *       { pattern: /layer\.(\d+)\./, lr: ([, layer]) => 5e-5 * 0.9 ** (11 - Number(layer)) },
 *       { pattern: /bias$|LayerNorm/, weightDecay: 0 },
 *     ]);
 *     const optimizer = new AdamW(groups, { lr: 5e-5, weightDecay: 0.01 });
 *
 * @param namedParameters names and parameters, as from `model.namedParameters()`. Those that
 *   require no gradient are in no group
 * @param rules in order: where several match a name, later ones win, option by option
 * @returns groups in the order of their first parameter; parameters that no rule matches have
 *   neither `lr` nor `weightDecay`
 * @throws TensorError for arguments of the wrong kind, a rule that matches no name, and where
 *   nothing is left to train
 */
export function groupParameters(
  namedParameters: Iterable<readonly [name: string, parameter: Parameter]>,
  rules: readonly ParameterRule[],
): ParamGroupOptions[] {
  requireAtMost('groupParameters', 2, arguments);
  // An iterator, which can be read only once.
  const named: readonly (readonly [string, Parameter])[] = isIterable(namedParameters) ? [...namedParameters] : [];
  requireArgument(
    where,
    'namedParameters',
    named.length > 0 ? named : namedParameters,
    namesAndParameters,
    TensorError,
  );
  requireArgument(where, 'rules', rules, arrayOf(object, 'rules { pattern, lr, weightDecay, freeze }'), TensorError);
  for (const [index, rule] of rules.entries())
    requireOptions(`${where}, rule ${index}`, rule, ruleKinds, { error: TensorError });
  for (const { pattern } of rules)
    if (!named.some(([name]) => pattern.test(name)))
      throw new TensorError(
        `${where}: ${String(pattern)} matches none of ${named.length} names, such as ${named[0]?.[0]}`,
      );
  const groups = new Map<string, { params: (readonly [string, Parameter])[]; lr?: number; weightDecay?: number }>();
  for (const [name, parameter] of named) {
    const { frozen, ...options } = optionsOf(name, rules);
    if (frozen) parameter.requiresGrad = false;
    if (!parameter.requiresGrad) continue;
    const key = JSON.stringify([options.lr, options.weightDecay]);
    const group = groups.get(key) ?? { params: [], ...options };
    group.params.push([name, parameter]);
    groups.set(key, group);
  }
  if (groups.size === 0) throw new TensorError(`${where}: every parameter is frozen, and none is left to train`);
  return [...groups.values()];
}

/** The merged options of all rules that match a name. */
function optionsOf(name: string, rules: readonly ParameterRule[]) {
  const options: { lr?: number; weightDecay?: number; frozen: boolean } = { frozen: false };
  for (const { pattern, lr, weightDecay, freeze } of rules) {
    const match = pattern.exec(name);
    if (!match) continue;
    const ownLr = typeof lr === 'function' ? lr(match) : lr;
    if (ownLr !== undefined) {
      requireArgument(where, `lr of ${name}`, ownLr, rate, TensorError);
      options.lr = ownLr;
    }
    if (weightDecay !== undefined) options.weightDecay = weightDecay;
    if (freeze !== undefined) options.frozen = freeze;
  }
  return options;
}
