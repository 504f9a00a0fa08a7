import { half, halfBits, toHalf } from './runtime.ts';
import type { Memory } from './memory.ts';
import type { Request } from './request.ts';
import type { Watch } from './translate.ts';
import { scalarOf, sizeOf } from './types.ts';
import type { Type } from './types.ts';

/** Invocations of a subgroup that run, by lane, and what each of them asks for. */
export interface Group {
  readonly lanes: readonly number[];
  readonly requests: readonly Request[];
}

const rounding = (type: Type): ((value: number) => number) => {
  const scalar = scalarOf(type);
  if (scalar.kind === 'float') return scalar.bits === 16 ? toHalf : Math.fround;
  return scalar.kind === 'int' && !scalar.signed ? (value) => value >>> 0 : (value) => value | 0;
};

const combining: Readonly<Record<string, (a: number, b: number) => number>> = {
  IAdd: (a, b) => a + b,
  FAdd: (a, b) => a + b,
  IMul: Math.imul,
  FMul: (a, b) => a * b,
  FMin: Math.min,
  UMin: Math.min,
  SMin: Math.min,
  FMax: Math.max,
  UMax: Math.max,
  SMax: Math.max,
  BitwiseAnd: (a, b) => a & b,
  BitwiseOr: (a, b) => a | b,
  BitwiseXor: (a, b) => a ^ b,
};

/** What each lane of a subgroup gets of what all of them do together. */
export function groupResults(group: Group, watch: Watch): unknown[] {
  const [first] = group.requests;
  if (!first) return [];
  const every = (result: unknown) => group.lanes.map(() => result);
  if (first.site.op.startsWith('OpCooperativeMatrix')) return every(fragmentResult(first, watch));
  const name = first.site.op.replace('OpGroupNonUniform', '');
  const given = group.requests.map(({ operands }) => operands[1]);
  switch (name) {
    case 'Elect':
      return group.lanes.map((_, index) => index === 0);
    case 'All':
      return every(given.every(Boolean));
    case 'Any':
      return every(given.some(Boolean));
    case 'BroadcastFirst':
      return every(given[0]);
    case 'Ballot':
      return every(ballot(group.lanes.filter((_, index) => given[index])));
    case 'Broadcast':
    case 'Shuffle':
    case 'ShuffleXor':
    case 'ShuffleUp':
    case 'ShuffleDown':
      return group.requests.map((request, index) => given[sourceOf(name, request, index, group)]);
    default:
      return scanned(name, first, given);
  }
}

function ballot(lanes: readonly number[]): number[] {
  const words = [0, 0, 0, 0];
  for (const lane of lanes) words[lane >> 5] = ((words[lane >> 5] as number) | (1 << (lane & 31))) >>> 0;
  return words;
}

/** Which of the running lanes another one reads from. */
function sourceOf(name: string, { operands }: Request, index: number, { lanes }: Group): number {
  const lane = lanes[index] as number;
  const by = operands[2] as number;
  const wanted = { ShuffleXor: lane ^ by, ShuffleUp: lane - by, ShuffleDown: lane + by }[name] ?? by;
  const found = lanes.indexOf(wanted);
  if (found < 0) throw new Error(`${name}: lane ${lane} reads lane ${wanted}, which does not run`);
  return found;
}

function scanned(name: string, { site: { mode, type, op } }: Request, given: readonly unknown[]): unknown[] {
  const combine = combining[name];
  if (!combine) throw new Error(`the interpreter knows no ${op}`);
  const round = rounding(type);
  const both = (a: unknown, b: unknown): unknown =>
    Array.isArray(a)
      ? a.map((each, index) => both(each, (b as unknown[])[index]))
      : round(combine(a as number, b as number));
  const inclusive: unknown[] = [];
  for (const value of given) inclusive.push(inclusive.length === 0 ? value : both(inclusive.at(-1), value));
  if (mode === 'Reduce') return given.map(() => inclusive.at(-1));
  if (mode === 'InclusiveScan') return inclusive;
  const identity = name.endsWith('Mul') ? 1 : 0;
  const none = Array.isArray(given[0]) ? given[0].map(() => identity) : identity;
  return [none, ...inclusive.slice(0, -1)];
}

function fragmentResult({ site: { op, type }, operands }: Request, watch: Watch): Float64Array | undefined {
  if (type.kind !== 'fragment') throw new Error(`${op} of no matrix`);
  if (op === 'OpCooperativeMatrixMulAddKHR') return multiplied(operands as Float64Array[], type);
  const isStore = op === 'OpCooperativeMatrixStoreKHR';
  const [memory, offset, elementBytes] = operands as [Memory, number, number];
  const [layout, stride] = operands.slice(isStore ? 4 : 3) as [number, number];
  const bytes = sizeOf(type.of);
  const { rows, columns } = type;
  const fragment = isStore ? (operands[3] as Float64Array) : new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [line, place] = layout === 0 ? [row, column] : [column, row];
      const at = offset + line * stride * elementBytes + place * bytes;
      if (isStore) {
        watch.write(memory, at, bytes, false);
        storeElement(memory, at, bytes, fragment[row * columns + column] as number);
      } else {
        watch.read(memory, at, bytes);
        fragment[row * columns + column] =
          bytes === 2 ? half(memory.u16[at >> 1] as number) : (memory.f32[at >> 2] as number);
      }
    }
  return isStore ? undefined : fragment;
}

function storeElement(memory: Memory, at: number, bytes: number, value: number): void {
  if (bytes === 2) memory.u16[at >> 1] = halfBits(value);
  else memory.f32[at >> 2] = value;
}

function multiplied([a, b, c]: readonly Float64Array[], type: Extract<Type, { kind: 'fragment' }>): Float64Array {
  const { rows, columns } = type;
  if (!a || !b || !c) throw new Error('a product of fragments lacks one');
  const inner = a.length / rows;
  const round = rounding(type);
  const result = Float64Array.from(c);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = c[row * columns + column] as number;
      for (let k = 0; k < inner; k++)
        sum = round(sum + (a[row * inner + k] as number) * (b[k * columns + column] as number));
      result[row * columns + column] = sum;
    }
  return result;
}
