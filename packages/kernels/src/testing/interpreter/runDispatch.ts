import { Accesses } from './accesses.ts';
import type { Moment } from './accesses.ts';
import { groupResults } from './groupOperations.ts';
import { Memory } from './memory.ts';
import type { Request } from './request.ts';
import type { Self, Translated, Watch } from './translate.ts';

/** How a GPU deals the invocations of a workgroup to subgroups. */
export interface SubgroupLayout {
  readonly size: number;
  /**
   * Whether neighbours in a workgroup are neighbours in a subgroup, as on all known GPUs though
   * WGSL does not say so.
   */
  readonly consecutive: boolean;
}

export interface InterpretedDispatch {
  readonly label: string;
  readonly program: Translated;
  /** What is bound, by binding. */
  readonly bound: ReadonlyMap<number, Memory>;
  readonly workgroups: readonly [number, number, number];
  readonly subgroups: SubgroupLayout;
  /** Bytes of the smallest access. */
  readonly accessUnit: 2 | 4;
  /** Told what is wrong with the program, in a sentence. */
  readonly report: (problem: string) => void;
}

/** Semantics of a barrier that order workgroup memory, and storage. */
const workgroupMemory = 0x100;
const storageMemory = 0x40;

/** Numbers of subgroups of a dispatch, and of matrices that they store, beyond all invocations. */
const firstSubgroup = 0x20000000;
const firstMatrix = 0x40000000;

interface Running {
  readonly invocation: number;
  readonly subgroup: number;
  readonly lane: number;
  readonly steps: Generator<Request, void>;
  request: Request | null;
  done: boolean;
  answer: unknown;
}

/** Grows for the whole process, so that notes of earlier dispatches are older than any other. */
let clock = 1;

/** Runs all invocations of a dispatch, one workgroup after the other. */
export function runDispatch(dispatch: InterpretedDispatch): void {
  const [x, y, z] = dispatch.workgroups;
  const dispatchStart = clock++;
  const [sizeX, sizeY, sizeZ] = dispatch.program.workgroupSize;
  const own = Array.from({ length: sizeX * sizeY * sizeZ }, () =>
    Memory.ofSize('variables', dispatch.program.ownBytes),
  );
  let number = 0;
  for (let k = 0; k < z; k++)
    for (let j = 0; j < y; j++)
      for (let i = 0; i < x; i++) new WorkgroupRun(dispatch, [i, j, k], number++, dispatchStart, own).run();
}

class WorkgroupRun implements Watch {
  readonly #dispatch: InterpretedDispatch;
  readonly #where: string;
  readonly #running: Running[];
  /** The number of its first subgroup in the dispatch. */
  readonly #firstSubgroup: number;
  readonly #inShared: Moment;
  readonly #inStorage: Moment;

  constructor(
    dispatch: InterpretedDispatch,
    id: readonly number[],
    number: number,
    dispatchStart: number,
    own: readonly Memory[],
  ) {
    this.#dispatch = dispatch;
    const workgroupStart = clock++;
    const [sizeX, sizeY, sizeZ] = dispatch.program.workgroupSize;
    this.#firstSubgroup = number * sizeX * sizeY * sizeZ;
    const first = { invocation: 0, writer: 0, time: workgroupStart, workgroupStart };
    this.#inShared = { ...first, dispatchStart: workgroupStart - 1 };
    this.#inStorage = { ...first, dispatchStart };
    this.#where = `workgroup ${id.join(', ')}`;
    this.#running = this.#begin(id, number, own);
  }

  run(): void {
    for (;;) {
      for (const each of this.#running) if (!each.done && !each.request) this.#advance(each);
      const waiting = this.#running.filter(({ done }) => !done);
      if (waiting.length === 0) return;
      if (!this.#answerSubgroups(waiting)) this.#passBarrier(waiting);
    }
  }

  #begin(id: readonly number[], number: number, own: readonly Memory[]): Running[] {
    const { program, workgroups, subgroups, accessUnit } = this.#dispatch;
    const [sizeX, sizeY, sizeZ] = program.workgroupSize;
    const count = sizeX * sizeY * sizeZ;
    const memories = new Map<string, Memory>();
    for (const { id: variable, size } of program.shared)
      memories.set(
        variable,
        Memory.ofSize(`workgroup memory of ${size} bytes`, size, new Accesses(size + 4, accessUnit)),
      );
    for (const [binding, variable] of program.bindings) {
      const memory = this.#dispatch.bound.get(binding);
      if (memory) memories.set(variable, memory);
    }
    program.bind(memories, this);
    const groups = Math.ceil(count / subgroups.size);
    return Array.from({ length: count }, (_, index) => {
      const [subgroup, lane] = subgroups.consecutive
        ? [Math.floor(index / subgroups.size), index % subgroups.size]
        : [index % groups, Math.floor(index / groups)];
      const local = [index % sizeX, Math.floor(index / sizeX) % sizeY, Math.floor(index / (sizeX * sizeY))];
      const sizes = [sizeX, sizeY, sizeZ];
      const self: Self = {
        own: own[index] as Memory,
        LocalInvocationIndex: index,
        LocalInvocationId: local,
        WorkgroupId: id,
        NumWorkgroups: workgroups,
        GlobalInvocationId: local.map((place, axis) => place + (id[axis] as number) * (sizes[axis] as number)),
        SubgroupSize: subgroups.size,
        SubgroupLocalInvocationId: lane,
        SubgroupId: subgroup,
        NumSubgroups: groups,
      };
      const steps = program.invocation(self);
      const invocation = number * count + index + 1;
      return { invocation, subgroup, lane, steps, request: null, done: false, answer: undefined };
    });
  }

  #act(invocation: number, writer: number): void {
    for (const moment of [this.#inShared, this.#inStorage]) {
      moment.invocation = invocation;
      moment.writer = writer;
    }
  }

  #advance(each: Running): void {
    this.#act(each.invocation, each.invocation);
    const { answer } = each;
    each.answer = undefined;
    const step = each.steps.next(answer as never);
    each.done = step.done === true;
    each.request = step.done ? null : step.value;
  }

  /** Lets subgroups whose invocations all wait for the same go on. */
  #answerSubgroups(waiting: readonly Running[]): boolean {
    let any = false;
    const isBarrier = ({ request }: Running) => request?.site.op === 'OpControlBarrier';
    for (const members of groupedBy(waiting, ({ subgroup }) => subgroup).values()) {
      if (members.every(isBarrier)) continue;
      const sites = new Set(members.map(({ request }) => request?.site));
      if (sites.size > 1)
        throw new Error(
          `${this.#dispatch.label}, ${this.#where}: a subgroup's invocations wait for ${sites.size} operations at once`,
        );
      any = true;
      this.#act(firstSubgroup + this.#firstSubgroup + (members[0]?.subgroup ?? 0), firstMatrix + clock++);
      const sorted = members.toSorted((a, b) => a.lane - b.lane);
      const requests = sorted.map(({ request }) => request as Request);
      const answers = groupResults({ lanes: sorted.map(({ lane }) => lane), requests }, this);
      for (const [index, each] of sorted.entries()) {
        each.answer = answers[index];
        each.request = null;
      }
    }
    return any;
  }

  #passBarrier(waiting: readonly Running[]): void {
    const sites = new Set(waiting.map(({ request }) => request?.site));
    if (sites.size > 1 || waiting.length < this.#running.length)
      this.#report(`${waiting.length} of ${this.#running.length} invocations wait at ${sites.size} barriers`);
    const semantics = waiting[0]?.request?.operands[2] as number;
    if (semantics & workgroupMemory) this.#inShared.time = clock++;
    if (semantics & storageMemory) this.#inStorage.time = clock++;
    for (const each of waiting) each.request = null;
  }

  read(memory: Memory, offset: number, bytes: number): void {
    this.#requireWithin(memory, offset, bytes);
    const { accesses } = memory;
    if (accesses === null) return;
    const other = accesses.read(
      memory.accessOffset + offset,
      bytes,
      memory.isShared ? this.#inShared : this.#inStorage,
    );
    if (other !== 0) this.#report(`a read of ${memory.name} races with another invocation`);
  }

  write(memory: Memory, offset: number, bytes: number, isAtomic = false): void {
    this.#requireWithin(memory, offset, bytes);
    const { accesses } = memory;
    if (accesses === null) return;
    const moment = memory.isShared ? this.#inShared : this.#inStorage;
    const other = accesses.write(memory.accessOffset + offset, bytes, moment, isAtomic);
    if (other !== 0) this.#report(`a write of ${memory.name} races with another invocation`);
  }

  #requireWithin(memory: Memory, offset: number, bytes: number): void {
    if (!(offset >= 0 && offset + bytes <= memory.byteLength))
      this.#report(`byte ${offset} of ${memory.name} is beyond its ${memory.byteLength}`);
  }

  #report(problem: string): void {
    this.#dispatch.report(`${this.#dispatch.label}, ${this.#where}: ${problem}`);
  }
}

function groupedBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}
