import { asScalar, elementwise, extended } from './expressions.ts';
import { partsOfWhole } from './typeTable.ts';
import type { TypeTable } from './typeTable.ts';
import { scalarOf } from './types.ts';
import type { Type } from './types.ts';

type Write = (operands: readonly string[], type: Type) => string;

/**
 * JavaScript of what an operation gives that neither waits nor touches memory: one expression, or
 * one for each component of a vector.
 */
export function valueCode(types: TypeTable, op: string, operands: readonly string[], type: Type): readonly string[] {
  const [first = '', second = ''] = operands;
  if (op === 'OpExtInst') {
    const write = extended[second];
    const given = operands.slice(2);
    return write ? byElement(types, write, given, type) : extendedCode(second, types.parts(given[0] ?? ''), type);
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

/** The same, of each component of a vector. */
export function nullParts(type: Type): string[] {
  return type.kind === 'vector' ? each(type.count, () => nullOf(type.of)) : [nullOf(type)];
}

/** JavaScript of a number of a scalar type. */
export function numberCode(type: Type, number: number): string {
  if (type.kind !== 'float') {
    const whole = type.kind === 'int' && type.signed ? number | 0 : number >>> 0;
    return whole < 0 ? `(${whole})` : String(whole);
  }
  // Infinity and NaN are written as powers of two beyond all others.
  if (Math.abs(number) > 2 ** 128) return 'NaN';
  if (Math.abs(number) === 2 ** 128) return number < 0 ? '(-Infinity)' : 'Infinity';
  const text = Object.is(number, -0) ? '-0' : String(type.bits === 32 ? Math.fround(number) : number);
  return text.startsWith('-') ? `(${text})` : text;
}

/** What each element of a vector or fragment gives. */
function byElement(types: TypeTable, write: Write, operands: readonly string[], type: Type): readonly string[] {
  if (type.kind === 'fragment') {
    const at = (id: string) => (types.of(id).kind === 'fragment' ? `${only(types, id)}[index]` : only(types, id));
    return [`Float64Array.from(${only(types, operands[0] ?? '')}, (_, index) => ${write(operands.map(at), type)})`];
  }
  const parts = operands.map((id) => types.parts(id));
  // A scalar beside vectors counts for each component.
  return each(type.kind === 'vector' ? type.count : 1, (index) =>
    write(
      parts.map((of) => of[index] ?? of[0] ?? ''),
      type,
    ),
  );
}

function extendedCode(name: string, [x = '', y = '', ...more]: readonly string[], type: Type): string[] {
  if (name === 'UnpackHalf2x16') return [`half(${x} & 0xffff)`, `half(${x} >>> 16)`];
  if (name === 'PackHalf2x16') return [`((halfBits(${x}) | (halfBits(${y}) << 16)) >>> 0)`];
  if (name === 'Length') return [asScalar(type, `Math.hypot(${[x, y, ...more].filter(Boolean).join(', ')})`)];
  throw new Error(`the interpreter knows no ${name} of GLSL.std.450`);
}

function compositeCode(
  types: TypeTable,
  op: string,
  operands: readonly string[],
  type: Type,
): readonly string[] | null {
  const [first = '', second = '', third = ''] = operands;
  switch (op) {
    case 'OpCompositeConstruct':
      if (type.kind === 'fragment')
        return [`new Float64Array(${type.rows * type.columns}).fill(${only(types, first)})`];
      if (type.kind === 'vector') return operands.flatMap((id) => types.parts(id));
      return [`[${operands.map((id) => types.whole(id)).join(', ')}]`];
    case 'OpCompositeExtract': {
      if (types.of(first).kind === 'vector') return [types.parts(first)[Number(second)] ?? ''];
      const path = operands.slice(1).map((index) => `[${index}]`);
      return partsOfWhole(type, only(types, first) + path.join(''));
    }
    case 'OpCompositeInsert':
      if (type.kind === 'vector') return types.parts(second).with(Number(third), only(types, first));
      return [`withPart(${only(types, second)}, [${operands.slice(2).join(', ')}], ${types.whole(first)})`];
    case 'OpVectorShuffle': {
      const parts = [...types.parts(first), ...types.parts(second)];
      // All ones stand for a component that nobody reads.
      return operands.slice(2).map((index) => parts[Number(index)] ?? '0');
    }
    case 'OpVectorExtractDynamic':
      return [
        types
          .parts(first)
          .reduceRight(
            (rest, part, index) => (rest ? `(${only(types, second)} === ${index} ? ${part} : ${rest})` : part),
            '',
          ),
      ];
    case 'OpVectorInsertDynamic':
      return types
        .parts(first)
        .map((part, index) => `(${only(types, third)} === ${index} ? ${only(types, second)} : ${part})`);
    case 'OpAll':
      return [`(${types.parts(first).join(' && ')})`];
    case 'OpAny':
      return [`(${types.parts(first).join(' || ')})`];
    default:
      return null;
  }
}

/** The same bits as numbers of another type, by way of words. */
function bitcastCode(types: TypeTable, id: string, to: Type): string[] {
  const [fromKind, toKind] = [kindOf(types.of(id)), kindOf(to)];
  const parts = types.parts(id);
  const words =
    fromKind === 'f16'
      ? each(parts.length / 2, (index) => `(halfBits(${parts[2 * index]}) | (halfBits(${parts[2 * index + 1]}) << 16))`)
      : parts.map((part) => (fromKind === 'f32' ? `bitsOf(${part})` : part));
  if (toKind === 'f16') return words.flatMap((word) => [`half(${word} & 0xffff)`, `half(${word} >>> 16)`]);
  return words.map((word) => (toKind === 'f32' ? `floatOf(${word})` : asScalar(scalarOf(to), word)));
}

function kindOf(type: Type): 'f32' | 'f16' | 'i32' | 'u32' {
  const scalar = scalarOf(type);
  if (scalar.kind === 'float') return scalar.bits === 16 ? 'f16' : 'f32';
  return scalar.kind === 'int' && scalar.signed ? 'i32' : 'u32';
}

/** Products of vectors and matrices, and sums of words that carry. */
function productCode(types: TypeTable, op: string, operands: readonly string[], type: Type): readonly string[] {
  const [a = '', b = ''] = operands.map((id) => only(types, id));
  const [ofA, ofB] = operands.map((id) => types.find(id));
  const [partsA = [], partsB = []] = operands.map((id) => types.parts(id));
  const count = countOf(type);
  const round = (text: string) => asScalar(scalarOf(type), text);
  const dot = (length: number, term: (index: number) => string) =>
    each(length, (index) => round(term(index))).reduce((sum, next) => round(`${sum} + ${next}`));
  switch (op) {
    case 'OpIAddCarry':
      return [`addCarry(${a}, ${b})`];
    case 'OpUMulExtended':
      return [`wideProduct(${a}, ${b})`];
    case 'OpVectorTimesScalar':
      return partsA.map((part) => round(`${part} * ${b}`));
    case 'OpMatrixTimesScalar':
      if (type.kind === 'fragment') return [`Float64Array.from(${a}, (each) => ${round(`each * ${b}`)})`];
      return [list(count, (column) => `${a}[${column}].map((each) => ${round(`each * ${b}`)})`)];
    case 'OpDot':
      return [dot(countOf(ofA), (index) => `${partsA[index]} * ${partsB[index]}`)];
    case 'OpMatrixTimesVector':
      return each(count, (row) => dot(countOf(ofA), (index) => `${a}[${index}][${row}] * ${partsB[index]}`));
    case 'OpVectorTimesMatrix':
      return each(count, (column) => dot(countOf(ofA), (index) => `${partsA[index]} * ${b}[${column}][${index}]`));
    case 'OpMatrixTimesMatrix':
      return [
        list(countOf(ofB), (column) =>
          list(countOf(columnOf(ofA)), (row) =>
            dot(countOf(ofA), (index) => `${a}[${index}][${row}] * ${b}[${column}][${index}]`),
          ),
        ),
      ];
    case 'OpTranspose':
      return [list(count, (column) => list(countOf(ofA), (row) => `${a}[${row}][${column}]`))];
    default:
      throw new Error(`the interpreter knows no ${op}`);
  }
}

/** A value that is one variable or one number. */
const only = (types: TypeTable, id: string) => types.parts(id)[0] ?? '';

function each(length: number, write: (index: number) => string): string[] {
  return Array.from({ length }, (_, index) => write(index));
}

function list(length: number, write: (index: number) => string): string {
  return `[${each(length, write).join(', ')}]`;
}

/** The type of a matrix's columns. */
function columnOf(type: Type | undefined): Type | undefined {
  return type?.kind === 'matrix' ? type.of : undefined;
}

function countOf(type: Type | undefined): number {
  return type?.kind === 'vector' || type?.kind === 'matrix' ? type.count : 1;
}
