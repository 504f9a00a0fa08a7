import { parseNumber } from './spirv.ts';
import type { Instruction, SpirvModule } from './spirv.ts';

export type Type =
  | { readonly kind: 'void' | 'bool' | 'function' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: number }
  | { readonly kind: 'vector'; readonly of: Type; readonly count: number }
  /** Columns side by side. */
  | { readonly kind: 'matrix'; readonly of: Type; readonly count: number }
  /** Elements `stride` bytes apart; 0 of them where the length is that of the memory. */
  | { readonly kind: 'array'; readonly of: Type; readonly count: number; readonly stride: number }
  | { readonly kind: 'struct'; readonly members: readonly Type[]; readonly offsets: readonly number[] }
  | { readonly kind: 'pointer'; readonly storage: string; readonly of: Type }
  /** A matrix that a subgroup holds together. */
  | { readonly kind: 'fragment'; readonly of: Type; readonly rows: number; readonly columns: number };

/** Bytes of a value in memory; where nothing says so, everything lies close together. */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case 'int':
    case 'float':
      return type.bits / 8;
    case 'vector':
    case 'matrix':
      return type.count * sizeOf(type.of);
    case 'array':
      return type.count * type.stride;
    case 'struct':
      return type.members.reduce(
        (size, member, index) => Math.max(size, (type.offsets[index] ?? 0) + sizeOf(member)),
        0,
      );
    default:
      return 4;
  }
}

/** What the scalars of a value are aligned to, in bytes. */
function alignmentOf(type: Type): number {
  if (type.kind === 'struct') return Math.max(1, ...type.members.map(alignmentOf));
  return type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'array'
    ? alignmentOf(type.of)
    : sizeOf(type);
}

const roundUp = (bytes: number, unit: number) => Math.ceil(bytes / unit) * unit;

/** The type itself, or the one of each of its elements down to scalars. */
export function scalarOf(type: Type): Type {
  return type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'array' || type.kind === 'fragment'
    ? scalarOf(type.of)
    : type;
}

/** Whether a value of the type is zero where all its bytes are, and has bytes at all. */
export function hasBytes(type: Type): boolean {
  if (type.kind === 'struct') return type.members.every(hasBytes);
  return ['int', 'float', 'bool'].includes(scalarOf(type).kind);
}

/** The types of a module by identifier. `constants` are the lengths of arrays, by identifier. */
export function readTypes(module: SpirvModule, constants: ReadonlyMap<string, number>): Map<string, Type> {
  const types = new Map<string, Type>();
  for (const instruction of module.globals) {
    if (!instruction.op.startsWith('OpType')) continue;
    types.set(instruction.result, typeOf(instruction, { module, types, constants }));
  }
  return types;
}

interface Known {
  readonly module: SpirvModule;
  readonly types: ReadonlyMap<string, Type>;
  readonly constants: ReadonlyMap<string, number>;
}

function typeOf({ op, result, operands }: Instruction, known: Known): Type {
  const [first = '', second = '', third = '', fourth = ''] = operands;
  const of = (id: string): Type => known.types.get(id) ?? { kind: 'void' };
  const constant = (id: string) => known.constants.get(id) ?? 0;
  switch (op) {
    case 'OpTypeVoid':
      return { kind: 'void' };
    case 'OpTypeBool':
      return { kind: 'bool' };
    case 'OpTypeFunction':
      return { kind: 'function' };
    case 'OpTypeInt':
      return { kind: 'int', bits: Number(first), signed: second === '1' };
    case 'OpTypeFloat':
      return { kind: 'float', bits: Number(first) };
    case 'OpTypeVector':
      return { kind: 'vector', of: of(first), count: Number(second) };
    case 'OpTypeMatrix':
      return { kind: 'matrix', of: of(first), count: Number(second) };
    case 'OpTypeArray':
    case 'OpTypeRuntimeArray':
      return {
        kind: 'array',
        of: of(first),
        count: constant(second),
        stride: strideOf(result, of(first), known.module),
      };
    case 'OpTypeStruct':
      return structOf(result, operands.map(of), known.module);
    case 'OpTypePointer':
      return { kind: 'pointer', storage: first, of: of(second) };
    case 'OpTypeCooperativeMatrixKHR':
      return { kind: 'fragment', of: of(first), rows: constant(third), columns: constant(fourth) };
    default:
      throw new Error(`the interpreter knows no ${op}`);
  }
}

function strideOf(id: string, element: Type, { decorations }: SpirvModule): number {
  const decorated = decorations.get(id)?.find(([name]) => name === 'ArrayStride');
  return decorated ? parseNumber(decorated[1] ?? '') : roundUp(sizeOf(element), alignmentOf(element));
}

function structOf(id: string, members: readonly Type[], { memberDecorations }: SpirvModule): Type {
  const decorated = memberDecorations.get(id)?.filter(([, name]) => name === 'Offset') ?? [];
  const offsets: number[] = [];
  let end = 0;
  for (const [index, member] of members.entries()) {
    const given = decorated.find(([number]) => Number(number) === index);
    const offset = given ? Number(given[2]) : roundUp(end, alignmentOf(member));
    offsets.push(offset);
    end = offset + sizeOf(member);
  }
  return { kind: 'struct', members, offsets };
}
