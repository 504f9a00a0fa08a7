import { scalarOf } from './types.ts';
import type { Type } from './types.ts';

/** JavaScript of an operation on scalars, given that of its operands. */
type Write = (operands: readonly string[], result: Type) => string;

const unsigned = (text: string) => `(${text} >>> 0)`;
const signed = (text: string) => `(${text} | 0)`;

/** Rounds or wraps a number to what a scalar type holds. */
export function asScalar(type: Type, text: string): string {
  if (type.kind === 'float') return type.bits === 16 ? `toHalf(${text})` : `f(${text})`;
  if (type.kind === 'int') return type.signed ? signed(text) : unsigned(text);
  return text;
}

const rounds =
  (write: (...operands: string[]) => string): Write =>
  (operands, result) =>
    asScalar(scalarOf(result), write(...operands));
const infix = (operator: string) => rounds((a, b) => `(${a} ${operator} ${b})`);
const compares =
  (operator: string, as: (text: string) => string = (text) => text): Write =>
  ([a = '', b = '']) =>
    `(${as(a)} ${operator} ${as(b)})`;
const not =
  (write: Write): Write =>
  (operands, result) =>
    `!${write(operands, result)}`;

/** Operations that go element by element. */
export const elementwise: Readonly<Record<string, Write>> = {
  OpFAdd: infix('+'),
  OpFSub: infix('-'),
  OpFMul: infix('*'),
  OpFDiv: infix('/'),
  OpFRem: infix('%'),
  OpFMod: rounds((a, b) => `(${a} - ${b} * Math.floor(${a} / ${b}))`),
  OpFNegate: rounds((a) => `(-${a})`),
  OpIAdd: infix('+'),
  OpISub: infix('-'),
  OpIMul: rounds((a, b) => `Math.imul(${a}, ${b})`),
  OpSNegate: rounds((a) => `(-${a})`),
  OpUDiv: rounds((a, b) => `Math.floor(${unsigned(a)} / ${unsigned(b)})`),
  OpSDiv: rounds((a, b) => `Math.trunc(${signed(a)} / ${signed(b)})`),
  OpUMod: rounds((a, b) => `(${unsigned(a)} % ${unsigned(b)})`),
  OpSRem: rounds((a, b) => `(${signed(a)} % ${signed(b)})`),
  OpBitwiseAnd: infix('&'),
  OpBitwiseOr: infix('|'),
  OpBitwiseXor: infix('^'),
  OpNot: rounds((a) => `(~${a})`),
  OpShiftLeftLogical: infix('<<'),
  OpShiftRightLogical: rounds((a, b) => `(${a} >>> ${b})`),
  OpShiftRightArithmetic: rounds((a, b) => `(${signed(a)} >> ${b})`),
  OpIEqual: compares('===', signed),
  OpINotEqual: compares('!==', signed),
  OpULessThan: compares('<', unsigned),
  OpULessThanEqual: compares('<=', unsigned),
  OpUGreaterThan: compares('>', unsigned),
  OpUGreaterThanEqual: compares('>=', unsigned),
  OpSLessThan: compares('<', signed),
  OpSLessThanEqual: compares('<=', signed),
  OpSGreaterThan: compares('>', signed),
  OpSGreaterThanEqual: compares('>=', signed),
  OpFOrdEqual: compares('==='),
  OpFUnordNotEqual: compares('!=='),
  OpFOrdNotEqual: ([a, b]) => `(${a} < ${b} || ${a} > ${b})`,
  OpFOrdLessThan: compares('<'),
  OpFOrdLessThanEqual: compares('<='),
  OpFOrdGreaterThan: compares('>'),
  OpFOrdGreaterThanEqual: compares('>='),
  OpFUnordLessThan: not(compares('>=')),
  OpFUnordLessThanEqual: not(compares('>')),
  OpFUnordGreaterThan: not(compares('<=')),
  OpFUnordGreaterThanEqual: not(compares('<')),
  OpIsNan: ([a]) => `(${a} !== ${a})`,
  OpLogicalAnd: compares('&&'),
  OpLogicalOr: compares('||'),
  OpLogicalEqual: compares('==='),
  OpLogicalNotEqual: compares('!=='),
  OpLogicalNot: ([a]) => `!${a}`,
  OpSelect: ([condition, a, b]) => `(${condition} ? ${a} : ${b})`,
  OpConvertUToF: rounds((a) => unsigned(a)),
  OpConvertSToF: rounds((a) => signed(a)),
  OpConvertFToU: rounds((a) => `Math.trunc(${a})`),
  OpConvertFToS: rounds((a) => `Math.trunc(${a})`),
  OpFConvert: rounds((a) => a),
  OpUConvert: rounds((a) => a),
  OpSConvert: rounds((a) => a),
  OpQuantizeToF16: rounds((a) => `toHalf(${a})`),
  OpBitCount: rounds((a) => `${unsigned(a)}.toString(2).replaceAll('0', '').length`),
  OpCopyObject: ([a = '']) => a,
};

const call = (name: string) => rounds((...operands) => `Math.${name}(${operands.join(', ')})`);
const least: Write = ([a, b]) => `(${b} < ${a} ? ${b} : ${a})`;
const greatest: Write = ([a, b]) => `(${a} < ${b} ? ${b} : ${a})`;
const within: Write = ([x, low, high], result) => greatest([least([x ?? '', high ?? ''], result), low ?? ''], result);

/** Operations of GLSL.std.450 that go element by element. */
export const extended: Readonly<Record<string, Write>> = {
  RoundEven: rounds((a) => `toEven(${a})`),
  Trunc: call('trunc'),
  FAbs: call('abs'),
  SAbs: call('abs'),
  FSign: call('sign'),
  SSign: call('sign'),
  Floor: call('floor'),
  Ceil: call('ceil'),
  Fract: rounds((a) => `(${a} - Math.floor(${a}))`),
  Sin: call('sin'),
  Cos: call('cos'),
  Tan: call('tan'),
  Asin: call('asin'),
  Acos: call('acos'),
  Atan: call('atan'),
  Atan2: call('atan2'),
  Sinh: call('sinh'),
  Cosh: call('cosh'),
  Tanh: call('tanh'),
  Asinh: call('asinh'),
  Acosh: call('acosh'),
  Atanh: call('atanh'),
  Pow: call('pow'),
  Exp: call('exp'),
  Exp2: rounds((a) => `Math.pow(2, ${a})`),
  Log: call('log'),
  Log2: call('log2'),
  Sqrt: call('sqrt'),
  InverseSqrt: rounds((a) => `(1 / Math.sqrt(${a}))`),
  Fma: rounds((a, b, c) => `(${a} * ${b} + ${c})`),
  Ldexp: rounds((a, b) => `(${a} * Math.pow(2, ${b}))`),
  FMin: least,
  UMin: least,
  SMin: least,
  NMin: least,
  FMax: greatest,
  UMax: greatest,
  SMax: greatest,
  NMax: greatest,
  FClamp: within,
  NClamp: within,
  UClamp: within,
  SClamp: within,
  FMix: rounds((a, b, t) => `(${a} * (1 - ${t}) + ${b} * ${t})`),
  FindUMsb: ([a]) => `(31 - Math.clz32(${a}))`,
  FindILsb: ([a]) => `(31 - Math.clz32(${a} & -${a}))`,
};

/** New values of an atomic operation: `old` is the one before, `value` its operand. */
export const atomicChanges: Readonly<Record<string, string>> = {
  OpAtomicIAdd: 'old + value',
  OpAtomicISub: 'old - value',
  OpAtomicAnd: 'old & value',
  OpAtomicOr: 'old | value',
  OpAtomicXor: 'old ^ value',
  OpAtomicExchange: 'value',
  OpAtomicUMin: 'Math.min(old, value)',
  OpAtomicSMin: 'Math.min(old, value)',
  OpAtomicUMax: 'Math.max(old, value)',
  OpAtomicSMax: 'Math.max(old, value)',
  OpAtomicCompareExchange: 'old === expected ? value : old',
};
