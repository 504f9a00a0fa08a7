import { asScalar, elementwise, extended } from './expressions.ts';
import { value } from './names.ts';
import type { TypeTable } from './typeTable.ts';
import { scalarOf } from './types.ts';
import type { Type } from './types.ts';

type Write = (operands: readonly string[], type: Type) => string;

/** JavaScript of what an operation gives that neither waits nor touches memory. */
export function valueCode(types: TypeTable, op: string, operands: readonly string[], type: Type): string {
  const [first = '', second = ''] = operands;
  if (op === 'OpExtInst') {
    const write = extended[second];
    const given = operands.slice(2);
    return write ? byElement(types, write, given, type) : extendedCode(second, value(given[0] ?? ''), type);
  }
  const write = elementwise[op];
  if (write) return byElement(types, write, operands, type);
  if (op === 'OpBitcast') return bitcastCode(types, first, type);
  return compositeCode(types, op, operands, type) ?? productCode(types, op, operands, type);
}

/** What a value of the type is that nothing was written to. */
export function nullOf(type: Type): string {
  if (type.kind === 'bool') return 'false';
  if (type.kind === 'fragment') return `new Float64Array(${type.rows * type.columns})`;
  if (type.kind === 'struct') return `[${type.members.map(nullOf).join(', ')}]`;
  if (type.kind === 'vector' || type.kind === 'matrix' || type.kind === 'array')
    return `Array.from({ length: ${type.count} }, () => ${nullOf(type.of)})`;
  return '0';
}

/** JavaScript of a number of a scalar type. */
export function numberCode(type: Type, number: number): string {
  if (type.kind !== 'float') return String(type.kind === 'int' && type.signed ? number | 0 : number >>> 0);
  // Infinity and NaN are written as powers of two beyond all others.
  if (Math.abs(number) > 2 ** 128) return 'NaN';
  if (Math.abs(number) === 2 ** 128) return number < 0 ? '-Infinity' : 'Infinity';
  if (Object.is(number, -0)) return '-0';
  return String(type.bits === 32 ? Math.fround(number) : number);
}

/** A vector or fragment of what each element gives. */
function byElement(types: TypeTable, write: Write, operands: readonly string[], type: Type): string {
  if (type.kind === 'fragment') {
    const at = (id: string) => (types.of(id).kind === 'fragment' ? `${value(id)}[index]` : value(id));
    return `Float64Array.from(${value(operands[0] ?? '')}, (_, index) => ${write(operands.map(at), type)})`;
  }
  if (type.kind !== 'vector') return write(operands.map(value), type);
  return list(type.count, (index) => {
    const at = (id: string) => (types.isVector(id) ? `${value(id)}[${index}]` : value(id));
    return write(operands.map(at), type);
  });
}

function extendedCode(name: string, given: string, type: Type): string {
  if (name === 'UnpackHalf2x16') return `[half(${given} & 0xffff), half(${given} >>> 16)]`;
  if (name === 'PackHalf2x16') return `((halfBits(${given}[0]) | (halfBits(${given}[1]) << 16)) >>> 0)`;
  if (name === 'Length') return asScalar(type, `Math.hypot(...[${given}].flat())`);
  throw new Error(`the interpreter knows no ${name} of GLSL.std.450`);
}

function compositeCode(types: TypeTable, op: string, operands: readonly string[], type: Type): string | null {
  const [first = '', second = '', third = ''] = operands;
  switch (op) {
    case 'OpCompositeConstruct': {
      if (type.kind === 'fragment') return `new Float64Array(${type.rows * type.columns}).fill(${value(first)})`;
      const parts = operands.map((id) =>
        type.kind === 'vector' && types.isVector(id) ? `...${value(id)}` : value(id),
      );
      return `[${parts.join(', ')}]`;
    }
    case 'OpCompositeExtract':
      return (
        value(first) +
        operands
          .slice(1)
          .map((index) => `[${index}]`)
          .join('')
      );
    case 'OpCompositeInsert':
      return `withPart(${value(second)}, [${operands.slice(2).join(', ')}], ${value(first)})`;
    case 'OpVectorShuffle': {
      const count = countOf(types.of(first));
      const pick = (index: number) =>
        index < count ? `${value(first)}[${index}]` : `${value(second)}[${index - count}]`;
      return `[${operands
        .slice(2)
        .map((index) => pick(Number(index)))
        .join(', ')}]`;
    }
    case 'OpVectorExtractDynamic':
      return `${value(first)}[${value(second)}]`;
    case 'OpVectorInsertDynamic':
      return `withElement(${value(first)}, ${value(third)}, ${value(second)})`;
    case 'OpAll':
      return `${value(first)}.every(Boolean)`;
    case 'OpAny':
      return `${value(first)}.some(Boolean)`;
    default:
      return null;
  }
}

function bitcastCode(types: TypeTable, id: string, to: Type): string {
  const from = types.of(id);
  const [fromKind, toKind] = [kindOf(from), kindOf(to)];
  const isBits = (kind: string) => kind === 'u32' || kind === 'i32';
  if (to.kind !== 'vector' && isBits(fromKind) && toKind === 'f32') return `floatOf(${value(id)})`;
  if (to.kind !== 'vector' && fromKind === 'f32' && isBits(toKind)) return asScalar(to, `bitsOf(${value(id)})`);
  const cast = `bitcast([${value(id)}].flat(), '${fromKind}', '${toKind}')`;
  return to.kind === 'vector' ? cast : `${cast}[0]`;
}

function kindOf(type: Type): 'f32' | 'f16' | 'i32' | 'u32' {
  const scalar = scalarOf(type);
  if (scalar.kind === 'float') return scalar.bits === 16 ? 'f16' : 'f32';
  return scalar.kind === 'int' && scalar.signed ? 'i32' : 'u32';
}

/** Products of vectors and matrices, and sums of words that carry. */
function productCode(types: TypeTable, op: string, operands: readonly string[], type: Type): string {
  const [a = '', b = ''] = operands.map(value);
  const [ofA, ofB] = operands.map((id) => types.find(id));
  const count = countOf(type);
  const round = (text: string) => asScalar(scalarOf(type), text);
  const dot = (length: number, term: (index: number) => string) =>
    Array.from({ length }, (_, index) => round(term(index))).reduce((sum, each) => round(`${sum} + ${each}`));
  switch (op) {
    case 'OpIAddCarry':
      return `addCarry(${a}, ${b})`;
    case 'OpUMulExtended':
      return `wideProduct(${a}, ${b})`;
    case 'OpVectorTimesScalar':
      return list(count, (index) => round(`${a}[${index}] * ${b}`));
    case 'OpMatrixTimesScalar':
      if (type.kind === 'fragment') return `Float64Array.from(${a}, (each) => ${round(`each * ${b}`)})`;
      return list(count, (column) => `${a}[${column}].map((each) => ${round(`each * ${b}`)})`);
    case 'OpDot':
      return dot(countOf(ofA), (index) => `${a}[${index}] * ${b}[${index}]`);
    case 'OpMatrixTimesVector':
      return list(count, (row) => dot(countOf(ofA), (index) => `${a}[${index}][${row}] * ${b}[${index}]`));
    case 'OpVectorTimesMatrix':
      return list(count, (column) => dot(countOf(ofA), (index) => `${a}[${index}] * ${b}[${column}][${index}]`));
    case 'OpMatrixTimesMatrix':
      return list(countOf(ofB), (column) =>
        list(countOf(columnOf(ofA)), (row) =>
          dot(countOf(ofA), (index) => `${a}[${index}][${row}] * ${b}[${column}][${index}]`),
        ),
      );
    case 'OpTranspose':
      return list(count, (column) => list(countOf(ofA), (row) => `${a}[${row}][${column}]`));
    default:
      throw new Error(`the interpreter knows no ${op}`);
  }
}

function list(length: number, write: (index: number) => string): string {
  return `[${Array.from({ length }, (_, index) => write(index)).join(', ')}]`;
}

/** The type of a matrix's columns. */
function columnOf(type: Type | undefined): Type | undefined {
  return type?.kind === 'matrix' ? type.of : undefined;
}

function countOf(type: Type | undefined): number {
  return type?.kind === 'vector' || type?.kind === 'matrix' ? type.count : 1;
}
