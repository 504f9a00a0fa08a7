import type { Width } from '../../wgsl/elementAccess.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';

/** Elements that a thread reads and writes at a time. */
export interface Lanes {
  readonly input: Width;
  readonly output: Width;
}

/**
 * Vectors of four either across columns, which are the parts of a row and the extents after the
 * axis, or along rows, each of which becomes one number.
 *
 * @param parts results for each row
 * @param joined parts that a thread combines for each result
 */
export function lanesOf(length: number, inner: number, parts: number, joined = 1): Lanes {
  const cuts = parts * joined;
  const fits = inner > 1 ? inner % 4 === 0 : length % 4 === 0 && (cuts === 1 || cuts % 4 === 0);
  return { input: fits ? 4 : 1, output: fits && inner * parts > 1 ? 4 : 1 };
}

/**
 * Writes a member's functions for all lanes of a vector. `Result` is what a thread stores: a number
 * for each lane, or one for all, which `resultOf` and `resultWith` combine in order.
 */
export function lanesWgsl({ input, output }: Lanes): GeneratedWgsl {
  const lanes = input === 4 ? ['.x', '.y', '.z', '.w'] : [''];
  const each = (call: string) => `Lanes(${lanes.map((lane) => call.replaceAll('$', lane)).join(', ')})`;
  const inTurn = (total: string, lane: string) => `combined(${total}, x${lane})`;
  const isOne = input > output;
  const write = () => `alias Lanes = ${input === 4 ? 'vec4<Number>' : 'Number'};
fn valuesOf(x: Lanes, c: Lanes) -> Lanes { return ${each('valueOf(x$, c$)')}; }
fn combinedLanes(a: Lanes, b: Lanes) -> Lanes { return ${each('combined(a$, b$)')}; }
alias Result = ${isOne ? 'Number' : 'Lanes'};
fn resultOf(x: Lanes) -> Result { return ${isOne ? lanes.slice(1).reduce(inTurn, 'x.x') : 'x'}; }
fn resultWith(a: Result, x: Lanes) -> Result { return ${isOne ? lanes.reduce(inTurn, 'a') : 'combinedLanes(a, x)'}; }
fn finishedResult(x: Result, c: Lanes) -> Result { return ${isOne ? 'finished(x, c.x)' : each('finished(x$, c$)')}; }`;
  return { key: `${input} to ${output}`, write };
}
