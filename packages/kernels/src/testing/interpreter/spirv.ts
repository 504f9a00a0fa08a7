/** One line of SPIR-V as Dawn prints it. Identifiers are without their %. */
export interface Instruction {
  readonly op: string;
  /** The identifier of its result; empty where it has none. */
  readonly result: string;
  /** The identifier of the result's type; empty where it has none. */
  readonly type: string;
  readonly operands: readonly string[];
}

export interface SpirvFunction {
  readonly id: string;
  readonly returns: string;
  readonly parameters: readonly { readonly id: string; readonly type: string }[];
  /** Its instructions by the labels of their blocks; the first block is the first. */
  readonly blocks: ReadonlyMap<string, readonly Instruction[]>;
}

/** A program, sorted by what its instructions are for. */
export interface SpirvModule {
  /** Types, constants and variables of the module, in the order in which they need each other. */
  readonly globals: readonly Instruction[];
  /** Words behind `OpDecorate`, by what they decorate. */
  readonly decorations: ReadonlyMap<string, readonly (readonly string[])[]>;
  /** Words behind `OpMemberDecorate`, by struct: the member first. */
  readonly memberDecorations: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly functions: ReadonlyMap<string, SpirvFunction>;
  readonly entryPoint: string;
  /** Invocations of a workgroup along x, y and z. */
  readonly workgroupSize: readonly [number, number, number];
}

const withoutType = /^Op(Type\w+|Label|ExtInstImport|String)$/;

function parseLine(line: string): Instruction | null {
  const [, result = '', op, rest = ''] = /^\s*(?:%(\S+) = )?(Op\w+)\s*(.*)$/.exec(line) ?? [];
  if (!op) return null;
  const operands = (rest.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^%/, ''));
  const hasType = result !== '' && !withoutType.test(op);
  return { op, result, type: hasType ? (operands[0] ?? '') : '', operands: hasType ? operands.slice(1) : operands };
}

/** Reads the text of a module. */
export function parseSpirv(text: string): SpirvModule {
  const globals: Instruction[] = [];
  const decorations = new Map<string, string[][]>();
  const memberDecorations = new Map<string, string[][]>();
  const functions = new Map<string, SpirvFunction>();
  let entryPoint = '';
  let workgroupSize: [number, number, number] = [1, 1, 1];
  let open: { parameters: { id: string; type: string }[]; blocks: Map<string, Instruction[]> } | null = null;
  let block: Instruction[] = [];
  for (const line of text.split('\n')) {
    const instruction = parseLine(line);
    if (!instruction) continue;
    const { op, result, type, operands } = instruction;
    const [first = '', ...others] = operands;
    if (op === 'OpDecorate') append(decorations, first, others);
    else if (op === 'OpMemberDecorate') append(memberDecorations, first, others);
    else if (op === 'OpEntryPoint') entryPoint = operands[1] ?? '';
    else if (op === 'OpExecutionMode' && others[0] === 'LocalSize')
      workgroupSize = others.slice(1).map(Number) as [number, number, number];
    else if (op === 'OpFunction') {
      open = { parameters: [], blocks: new Map() };
      functions.set(result, { id: result, returns: type, ...open });
    } else if (op === 'OpFunctionEnd') open = null;
    else if (op === 'OpFunctionParameter') open?.parameters.push({ id: result, type });
    else if (open && op === 'OpLabel') open.blocks.set(result, (block = []));
    else if (open) block.push(instruction);
    else if (/^Op(Type|Constant|Variable|Undef)/.test(op)) globals.push(instruction);
  }
  return { globals, decorations, memberDecorations, functions, entryPoint, workgroupSize };
}

function append(map: Map<string, string[][]>, key: string, words: string[]): void {
  const found = map.get(key);
  if (found) found.push(words);
  else map.set(key, [words]);
}

/** A number as the text has it: decimal, or hexadecimal with a binary exponent. */
export function parseNumber(text: string): number {
  const [, sign, digits = '', fraction = '', exponent] =
    /^(-?)0x([0-9a-f]+)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text) ?? [];
  if (exponent === undefined) return Number(text);
  const magnitude = Number.parseInt(digits + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign ? -magnitude : magnitude;
}
