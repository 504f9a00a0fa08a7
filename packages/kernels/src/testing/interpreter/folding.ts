import type { Instruction, SpirvModule } from './spirv.ts';
import type { TypeTable } from './typeTable.ts';
import type { Type } from './types.ts';

/** Operations that name each of their operands once in JavaScript, and change nothing. */
const onceEach =
  /^Op(F(Add|Sub|Mul|Div|Rem|Negate)|I(Add|Sub|Mul)|SNegate|[US]Div|UMod|SRem|Bitwise\w+|Not|Shift\w+|I(Not)?Equal|([US]|FOrd)(Less|Greater)Than(Equal)?|FOrdEqual|Logical\w+|Convert\w+|[FUS]Convert|QuantizeToF16|Dot|CompositeExtract|CompositeConstruct|CopyObject)$/;
/** The same, of functions of GLSL.std.450. */
const onceEachExtended = /^(Fma|Exp2?|Log2?|Sqrt|InverseSqrt|FAbs|Tanh|Sin|Cos|Floor|Ceil|Trunc)$/;
/** What may stand where it is used instead of where it is computed. */
const movable = /^Op(VectorTimesScalar|VectorShuffle|Select|Bitcast|ExtInst)$/;

const isOnceEach = ({ op, operands }: Instruction) =>
  onceEach.test(op) || (op === 'OpExtInst' && onceEachExtended.test(operands[1] ?? ''));
const isMovable = (instruction: Instruction) => isOnceEach(instruction) || movable.test(instruction.op);

/** Where values are known, and which need no variable of their own. */
export interface Folding {
  /** Values that only the block which computes them uses. */
  readonly local: ReadonlySet<string>;
  /** Those of them that one place uses: what computes them is written there. */
  readonly folded: ReadonlySet<string>;
  /** The last instruction of its block that uses a local value, when all is folded. */
  readonly lastUses: ReadonlyMap<string, number>;
}

/**
 * Looks which values need variables. A generator keeps each of its variables when it stops, and
 * the compiler leaves large functions alone, so that every variable less counts.
 *
 * @param isPlain whether a variable of the program is one of JavaScript
 */
export function foldingOf(
  { functions }: SpirvModule,
  types: TypeTable,
  isPlain: (variable: string) => boolean,
): Folding {
  const local = localValues([...functions.values()].flatMap(({ blocks }) => [...blocks]));
  const folded = new Set<string>();
  const lastUses = new Map<string, number>();
  for (const { blocks } of functions.values())
    for (const block of blocks.values()) foldBlock(block, { local, folded, lastUses, types, isPlain });
  return { local, folded, lastUses };
}

/** What a block gives to the next one is not among them. */
function localValues(blocks: readonly (readonly [string, readonly Instruction[]])[]): Set<string> {
  const homes = new Map<string, string>();
  for (const [label, block] of blocks)
    for (const { op, result } of block) if (op !== 'OpPhi' && op !== 'OpVariable') homes.set(result, label);
  // A literal may look like an identifier, which then counts as used by more.
  for (const [label, block] of blocks)
    for (const { op, operands } of block)
      for (const id of operands) if (op === 'OpPhi' || homes.get(id) !== label) homes.delete(id);
  return new Set(homes.keys());
}

interface Known {
  readonly local: ReadonlySet<string>;
  readonly folded: Set<string>;
  readonly lastUses: Map<string, number>;
  readonly types: TypeTable;
  readonly isPlain: (variable: string) => boolean;
}

function foldBlock(block: readonly Instruction[], { local, folded, lastUses, types, isPlain }: Known): void {
  const users = new Map<string, number[]>();
  for (const [index, { operands }] of block.entries())
    for (const id of operands) if (local.has(id)) users.set(id, [...(users.get(id) ?? []), index]);
  // Where each instruction is written in the end.
  const places = block.map((_, index) => index);
  for (let index = block.length - 1; index >= 0; index--) {
    const instruction = block[index] as Instruction;
    const { op, result, operands } = instruction;
    const [user, ...others] = users.get(result) ?? [];
    if (user !== undefined) lastUses.set(result, Math.max(...[user, ...others].map((each) => places[each] as number)));
    if (user === undefined || others.length > 0 || !takesOnce(block[user] as Instruction, result)) continue;
    const place = places[user] as number;
    const isLoad = op === 'OpLoad' && isPlain(operands[0] ?? '') && !isStored(block, operands[0] ?? '', index, place);
    if (!isLoad && !isMovable(instruction)) continue;
    if (!isNumbers(types.of(result))) continue;
    places[index] = place;
    folded.add(result);
  }
}

const isNumbers = (type: Type) => ['bool', 'int', 'float', 'vector'].includes(type.kind);

const takesOnce = (user: Instruction, id: string) =>
  isOnceEach(user) ||
  /^Op(GroupNonUniform\w+|Store|FunctionCall|BranchConditional|Switch|ReturnValue|AccessChain)$/.test(user.op) ||
  (user.op === 'OpVectorTimesScalar' && user.operands[0] === id);

function isStored(block: readonly Instruction[], variable: string, from: number, to: number): boolean {
  return block.slice(from + 1, to).some(({ op, operands }) => op === 'OpStore' && operands[0] === variable);
}
