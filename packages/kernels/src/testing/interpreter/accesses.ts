/** When and where an access happens. */
export interface Moment {
  /** The invocation in its dispatch, from 1; subgroups, for their matrices, have numbers beyond. */
  invocation: number;
  /**
   * Who is noted for a write: the invocation, or a number of its own for each matrix that a
   * subgroup stores. It may store over what it loaded, which it waits for, but which invocation
   * stored what it would load again is not said.
   */
  writer: number;
  /** Grows with each workgroup, and within it with each barrier for this kind of memory. */
  time: number;
  /** The time at which the workgroup began. */
  readonly workgroupStart: number;
  /** The time at which the dispatch began. */
  readonly dispatchStart: number;
}

const byAtomics = -1;
const byMany = -2;

/**
 * Who read and wrote each word of a memory, of two bytes or of four. Two accesses of different
 * invocations, one of them a write and not both atomic, are a race unless a barrier of their
 * workgroup lies between them; between workgroups of a dispatch there is none.
 */
export class Accesses {
  readonly #writers: Int32Array;
  readonly #written: Int32Array;
  readonly #readers: Int32Array;
  readonly #read: Int32Array;
  /** The dispatch in which a workgroup before the last reader's read it. */
  readonly #readBefore: Int32Array;

  readonly #shift: number;

  /** @param unit bytes of a word: the least that an access takes */
  constructor(byteLength: number, unit: 2 | 4) {
    const units = Math.ceil(byteLength / unit);
    this.#shift = unit / 2;
    this.#writers = new Int32Array(units);
    this.#written = new Int32Array(units);
    this.#readers = new Int32Array(units);
    this.#read = new Int32Array(units);
    this.#readBefore = new Int32Array(units);
  }

  /** Notes a read, and tells who raced with it; 0 for nobody. */
  read(offset: number, bytes: number, moment: Moment): number {
    let other = 0;
    for (let unit = offset >> this.#shift; unit < (offset + bytes) >> this.#shift; unit++) {
      other ||= this.#otherWriter(unit, moment, false);
      this.#noteRead(unit, moment);
    }
    return other;
  }

  /** Notes a write, and tells who raced with it; 0 for nobody. */
  write(offset: number, bytes: number, moment: Moment, isAtomic: boolean): number {
    let other = 0;
    for (let unit = offset >> this.#shift; unit < (offset + bytes) >> this.#shift; unit++) {
      other ||= this.#otherWriter(unit, moment, isAtomic) || this.#otherReader(unit, moment);
      this.#writers[unit] = isAtomic ? byAtomics : moment.writer;
      this.#written[unit] = moment.time;
    }
    return other;
  }

  #otherWriter(unit: number, moment: Moment, isAtomic: boolean): number {
    const written = this.#written[unit] as number;
    const writer = this.#writers[unit] as number;
    if (written <= moment.dispatchStart || writer === moment.invocation) return 0;
    if (isAtomic && writer === byAtomics) return 0;
    return written === moment.time || written < moment.workgroupStart ? writer : 0;
  }

  #otherReader(unit: number, moment: Moment): number {
    if (this.#readBefore[unit] === moment.dispatchStart) return byMany;
    const read = this.#read[unit] as number;
    const reader = this.#readers[unit] as number;
    if (read <= moment.dispatchStart || reader === moment.invocation) return 0;
    return read === moment.time || read < moment.workgroupStart ? reader : 0;
  }

  #noteRead(unit: number, { invocation, time, workgroupStart, dispatchStart }: Moment): void {
    const read = this.#read[unit] as number;
    if (read === time) {
      if (this.#readers[unit] !== invocation) this.#readers[unit] = byMany;
      return;
    }
    if (read > dispatchStart && read < workgroupStart) this.#readBefore[unit] = dispatchStart;
    this.#read[unit] = time;
    this.#readers[unit] = invocation;
  }
}
