/** Inner steps that are in workgroup memory at once, and the threads that load them. */
interface Bringing {
  readonly inner: number;
  readonly threads: number;
}

/** Vectors of four that a thread loads to workgroup memory, for an operand with this many lines. */
export function turnsOf({ inner, threads }: Bringing, lines: number): number {
  return Math.ceil(vectorsOf(inner, lines) / threads);
}

/** Vectors of four in this many lines. */
export const vectorsOf = (inner: number, lines: number) => (lines * inner) / 4;

/**
 * Stride from one inner step to the next, in lines: padded against bank conflicts where the operand
 * is transposed.
 */
export const lineStride = (lines: number, alongK: boolean) => lines + (alongK ? 4 : 0);

/** Text repeated for each index. */
export const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => write(i));

/** An operand in the text of `main`. */
export interface OperandText {
  /** Code that is the same for all inner steps. */
  readonly places: string[];
  /** Loads the next inner steps into registers: all of them, or those before the end. */
  readonly fetch: string[];
  readonly fetchChecked: string[];
  readonly advance: string[];
  /** Stores them to workgroup memory. */
  readonly stage: string[];
}

export interface OperandSide {
  readonly name: 'A' | 'B';
  readonly lines: number;
  /** Size of the matrix along the lines. */
  readonly limit: string;
  readonly firstLine: string;
  readonly alongK: boolean;
  readonly vec4: boolean;
  /** Reads a vector of it from workgroup memory. */
  readonly at: (place: string) => string;
}

/** Writes an operand's code: each thread loads one vector of four in each turn. */
export function operandText(side: OperandSide, tile: Bringing): OperandText {
  const { name, lines, alongK } = side;
  const { threads } = tile;
  const vectors = alongK ? tile.inner / 4 : lines / 4;
  const turns = times(turnsOf(tile, lines), (turn) => `${turn}`);
  const all = vectorsOf(tile.inner, lines);
  const each = (write: (turn: string) => string) =>
    turns.map((turn) => {
      const number = Number(turn) * threads;
      // The last turn may have fewer vectors than threads.
      const some = number + threads > all ? `if (thread < ${all - number}) ` : '';
      return some ? `${some}{ ${write(`${name}${turn}`)} }` : write(`${name}${turn}`);
    });
  const read = alongK ? alongInner(side, tile) : acrossInner(side, tile);
  return {
    places: turns.map((turn) => {
      const key = `${name}${turn}`;
      const number = `(thread + ${Number(turn) * threads})`;
      const where = `let row${key} = ${number} / ${vectors}; let four${key} = ${number} % ${vectors};`;
      return `${where} ${read.place(key)} var next${key}: vec4f;`;
    }),
    fetch: each(read.fetch),
    fetchChecked: each(read.fetchChecked),
    advance: each((key) => `from${key} += ${read.advance};`),
    stage: each(read.stage),
  };
}

interface OperandRead {
  readonly place: (key: string) => string;
  readonly fetch: (key: string) => string;
  readonly fetchChecked: (key: string) => string;
  readonly stage: (key: string) => string;
  readonly advance: string;
}

const components = [0, 1, 2, 3];

/** Vectors of four inner steps of a line, transposed on their way to workgroup memory. */
function alongInner(side: OperandSide, { inner }: Bringing): OperandRead {
  const { name, lines, limit, firstLine, vec4, at } = side;
  const stride = lineStride(lines, true);
  const load = (key: string, four: number) => `next${key}[${four}] = load${name}(from${key} + ${four});`;
  const whole = (key: string) => `next${key} = load${name}(from${key});`;
  return {
    place: (key) => {
      const start = `task.offset${name} + min(${firstLine} + row${key}, ${limit} - 1) * parameters.k + task.firstInner`;
      const from = vec4 ? `(${start}) / 4 + four${key}` : `${start} + 4 * four${key}`;
      return `var from${key} = ${from}; let slot${key} = four${key} * ${stride} + row${key} / 4; let lane${key} = row${key} % 4;`;
    },
    fetch: (key) => (vec4 ? whole(key) : components.map((four) => load(key, four)).join(' ')),
    fetchChecked: (key) => {
      const inside = (four: number) => `if (inner + 4 * four${key} + ${four} < task.endInner)`;
      const loads = vec4
        ? [`${inside(0)} { ${whole(key)} }`]
        : components.map((i) => `${inside(i)} { ${load(key, i)} }`);
      return `next${key} = vec4f(); ${loads.join(' ')}`;
    },
    stage: (key) =>
      components.map((i) => `${at(`${(i * stride) / 4} + slot${key}`)}[lane${key}] = next${key}[${i}];`).join(' '),
    advance: vec4 ? `${inner / 4}` : `${inner}`,
  };
}

/** Vectors of four lines at an inner step. */
function acrossInner(side: OperandSide, { inner }: Bringing): OperandRead {
  const { name, lines, limit, firstLine, vec4, at } = side;
  const stride = lineStride(lines, false);
  const fetch = (key: string) =>
    vec4
      ? `next${key} = load${name}(from${key});`
      : `next${key} = vec4f(${[...'xyzw'].map((i) => `load${name}(from${key} + lines${key}.${i})`).join(', ')});`;
  return {
    place: (key) => {
      const start = `task.offset${name} + (task.firstInner + row${key}) * ${limit}`;
      const line = `${firstLine} + 4 * four${key}`;
      const from = vec4
        ? `var from${key} = (${start} + min(${line}, ${limit} - 4)) / 4;`
        : `var from${key} = ${start}; let lines${key} = min(${line} + sequence, vec4u(${limit} - 1));`;
      return `${from} let slot${key} = row${key} * ${stride / 4} + four${key};`;
    },
    fetch,
    fetchChecked: (key) => `next${key} = vec4f(); if (inner + row${key} < task.endInner) { ${fetch(key)} }`,
    stage: (key) => `${at(`slot${key}`)} = next${key};`,
    advance: `${vec4 ? inner / 4 : inner} * ${limit}`,
  };
}
