import { accumulateLoss, createOptimizerState, readOptimizerState } from '@attune/kernels/internal';
import type { GpuArray } from '@attune/kernels';
import type {
  Corrections,
  MomentSegment,
  OptimizerMembers,
  OptimizerState,
  UpdateRecord,
} from '@attune/kernels/internal';
import { instanceOf, numberAtLeast, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import type { Device } from '../../device.ts';
import { StateDictError, TensorError } from '../../errors.ts';
import { letsGo, requireAtMost } from '../../surplusArguments.ts';
import type { StateDict } from '../../nn/module/module.ts';
import { readEntries } from '../../nn/module/stateEntries.ts';
import type { LoadedEntry } from '../../nn/module/stateEntries.ts';
import { formatShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { loadMoments, readMoments } from './moments.ts';
import type { MomentTarget } from './moments.ts';
import { Backlog } from './backlog.ts';
import type { Optimizer, ScalerState } from '../optimizer.ts';
import type { OptimizerArguments } from '../optimizerOptions.ts';
import { ParameterArena } from './parameterArena.ts';
import type { ArenaItem, ArenaPlace } from './parameterArena.ts';
import type { ParamGroup } from '../paramGroup.ts';
import { Rates } from './rates.ts';
import { TakingPart } from './takingPart.ts';

const scalerKinds = { scale: numberAtLeast(Number.MIN_VALUE), growthTracker: wholeNumber(0) };

/** Number of updates whose records are kept on the GPU until they are read. */
const recordCapacity = 256;

/** What distinguishes an optimizer from others. */
export interface OptimizerRule {
  /** Name of the class, for messages: `AdamW`. */
  readonly name: string;
  /** Names of the moments that it keeps of each element, as in PyTorch's state. */
  readonly moments: readonly string[];
  /** Initial value of the moments. Default 0. */
  readonly initialMoment?: number | undefined;
  /** Corrections by the number of an update. Default: only that number. */
  readonly corrections?: Corrections | undefined;
  /** Update from which on the corrections stay constant. Default 2. */
  readonly lastCorrection?: number | undefined;
  readonly betas?: readonly [number, number] | undefined;
  readonly eps?: number | undefined;
}

/** State of a parameter in an array of its own. */
export interface OtherEntry {
  /** Prefix of the parameter's name in a state. */
  readonly prefix: string;
  readonly shape: readonly number[];
  readonly array: GpuArray;
}

/** What the rest of an update needs, once norm, clipping and rates are decided. */
export interface UpdateParts {
  readonly state: OptimizerState;
  readonly segments: readonly MomentSegment[];
  readonly members: OptimizerMembers | undefined;
  /** The same segments by arena, with the parameters that lie in them. */
  readonly arenas: readonly { readonly places: readonly ArenaPlace[]; readonly segments: readonly MomentSegment[] }[];
}

const byNumber: Corrections = (update) => ({ divisor: 1, correction: update });

/**
 * What all optimizers have in common: parameters side by side in arenas, clipping by global norm,
 * loss scale, rates by group, records, and a state that resumes bit for bit. A subclass records the
 * update itself.
 *
 * A parameter without a gradient since `zeroGrad()`, because it is frozen or took no part in the
 * loss, stays unchanged, and so do its moments. An update whose gradients are not finite is
 * skipped.
 *
 * The optimizer owns the memory of its parameters; `dispose()` (or `using`) gives each parameter
 * its own memory again and releases gradients and moments.
 */
export abstract class ArenaOptimizer implements Optimizer {
  readonly device: Device;
  /** Scale of the loss in the backward pass: `loss.backward(optimizer.lossScale)`. */
  readonly lossScale: number | Tensor;
  readonly paramGroups: readonly ParamGroup[];
  readonly #arenas: ParameterArena[];
  readonly #state: OptimizerState;
  readonly #rates: Rates;
  readonly #backlog: Backlog;
  readonly #fp16: boolean;
  readonly #rule: OptimizerRule;
  /** Parameters that have been frozen so far, and so have no moments. */
  #frozen: ArenaItem[];
  readonly #takingPart: TakingPart;
  #lastRead = 0;
  #disposed = false;

  protected constructor(rule: OptimizerRule, given: OptimizerArguments) {
    const { groups, device, lr, maxGradNorm, firstStep, fp16, lossScale } = given;
    const { corrections, lastCorrection = 2, betas, eps } = rule;
    this.device = device;
    this.#rule = rule;
    this.#rates = new Rates(groups, lr, { mostRows: lastCorrection, firstStep });
    this.paramGroups = this.#rates.groups;
    this.#fp16 = fp16;
    let member = 0;
    const items = groups.flatMap(({ named }, group) =>
      named.map(([name, parameter]) => ({ name, parameter, group, member: member++ })),
    );
    this.#frozen = items.filter(({ parameter }) => !parameter.requiresGrad);
    this.#takingPart = new TakingPart(device, items, firstStep);
    const trained = items.filter(({ parameter }) => parameter.requiresGrad);
    if (trained.length === 0) throw new TensorError(`${rule.name}: there is no parameter to train: all are frozen`);
    this.#state = createOptimizerState(device, {
      learningRates: this.#rates.table(),
      groups: this.#rates.kernelGroups(),
      ...(betas ? { betas } : { corrections: corrections ?? byNumber }),
      ...(eps !== undefined && { epsilon: eps }),
      maxGradNorm,
      recordCapacity,
      firstStep,
      lossScale,
    });
    this.#arenas = [this.#arenaOf(trained)];
    this.#backlog = new Backlog(device);
    // A fixed scale of 1 needs no multiplication.
    this.lossScale = lossScale === 1 ? 1 : new Tensor({ array: this.#state.lossScale, shape: [], device });
  }

  /** Gradients with a larger global norm are scaled down to it; 0 for no clipping. */
  get maxGradNorm(): number {
    return this.#state.maxGradNorm;
  }

  set maxGradNorm(value: number) {
    requireArgument(this.#rule.name, 'maxGradNorm', value, numberAtLeast(0), TensorError);
    this.#state.maxGradNorm = value;
  }

  /** Records the update of weights and moments, norm and clipping included. */
  protected abstract recordUpdate(parts: UpdateParts): void;

  /** State of a parameter besides its moments; a subclass may have some. */
  protected otherEntries(_place: ArenaPlace): readonly OtherEntry[] {
    return [];
  }

  #arenaOf(items: readonly ArenaItem[]): ParameterArena {
    const { moments, initialMoment } = this.#rule;
    return new ParameterArena(this.device, items, {
      fp16: this.#fp16,
      moments,
      ...(initialMoment !== undefined && { initialMoment }),
    });
  }

  /**
   * Releases all gradients, as `zero_grad(set_to_none=True)` in PyTorch: memory is allocated again
   * for the next ones.
   */
  zeroGrad(...given: readonly never[]): void {
    requireAtMost('zeroGrad', 0, given, letsGo);
    this.#requireUse('zeroGrad');
    for (const arena of this.#arenas) arena.zeroGrad();
    for (const { parameter } of this.#frozen) parameter.clearGrad();
  }

  /**
   * Records the addition of a micro-batch's loss to the loss of the current update, which goes to
   * the update's record.
   *
   * @throws TensorError for anything but a scalar
   */
  recordLoss(loss: Tensor): void {
    this.#requireUse('recordLoss');
    requireArgument('recordLoss', 'loss', loss, instanceOf(Tensor), TensorError);
    if (loss.size !== 1)
      throw new TensorError(`recordLoss: a loss is a scalar; this tensor has the shape ${formatShape(loss.shape)}`);
    accumulateLoss(this.device, { state: this.#state, loss: loss.array });
  }

  /**
   * Records the update and submits everything recorded so far, before it returns.
   *
   * @returns a promise that resolves when the GPU is at most one update behind
   * @throws TensorError when another optimizer has taken a parameter over
   */
  step(...given: readonly never[]): Promise<void> {
    requireAtMost('step', 0, given, 'it calls no closure: call backward() before it');
    this.#requireUse('step');
    this.#admit(({ parameter }) => parameter.hasGrad);
    this.#rates.write(this.#state);
    const places = this.#arenas.flatMap((arena) => arena.places);
    for (const { parameter, weights, name } of places)
      if (parameter.memory !== weights)
        throw new TensorError(
          `${this.#rule.name}: another optimizer has taken the parameter ${name} over; dispose() this one before the other is made`,
        );
    const members = this.#takingPart.ofUpdate(places, this.#frozen);
    const { hasMissed } = this.#takingPart;
    const arenas = this.#arenas.map((arena) => ({ places: arena.places, segments: arena.segmentsWhere(hasMissed) }));
    const segments = arenas.flatMap((arena) => arena.segments);
    this.recordUpdate({ state: this.#state, segments, members: members ?? undefined, arenas });
    for (const { parameter } of places) if (parameter.hasGrad) parameter.wasChanged();
    for (const arena of this.#arenas) arena.outdateHalves();
    this.device.flush();
    if (!this.device.preparing) this.#rates.count();
    return this.#backlog.add();
  }

  /**
   * The records of all submitted updates that no earlier call returned, oldest first. Waits until
   * those updates have run. Call it at least once in 256 updates; older records are overwritten.
   */
  async records(): Promise<UpdateRecord[]> {
    this.#requireUse('records');
    const { records } = await readOptimizerState(this.device, this.#state, this.#lastRead);
    const news = records.filter(({ update }) => update > this.#lastRead);
    this.#lastRead = news.at(-1)?.update ?? this.#lastRead;
    return news.map((record) => this.#rates.inRecord(record));
  }

  /**
   * The state of the dynamic loss scale after everything submitted, for a checkpoint. Waits for the
   * GPU.
   */
  async scalerState(): Promise<ScalerState> {
    this.#requireUse('scalerState');
    const { lossScale: scale, growthTracker } = await readOptimizerState(this.device, this.#state, this.#lastRead);
    return { scale, growthTracker };
  }

  /**
   * Loads a result of `scalerState`; does nothing where the loss scale is fixed.
   *
   * @throws StateDictError when it is not a scale above 0 with a count of updates
   */
  loadScalerState(state: ScalerState): void {
    this.#requireUse('loadScalerState');
    requireOptions('loadScalerState', state, scalerKinds, { error: StateDictError });
    if (this.#state.lossScaling.growthInterval === 0) return;
    this.device.flush();
    this.#state.setScaler(state);
  }

  /**
   * Moments and updates by parameter name: `exp_avg.<name>`, `exp_avg_sq.<name>`, `step.<name>`.
   */
  async stateDict(): Promise<StateDict> {
    this.#requireUse('stateDict');
    const entries: StateDict = new Map();
    const { step } = await readOptimizerState(this.device, this.#state, this.#lastRead);
    const { members } = this.#takingPart;
    const missed = members ? ((await this.device.read(members.missed)) as Uint32Array) : null;
    for (const arena of this.#arenas) {
      for (const entry of await readMoments(this.device, arena, this.#rule.moments)) entries.set(...entry);
      for (const place of arena.places) {
        const { name, member } = place;
        for (const { prefix, shape, array } of this.otherEntries(place)) {
          const data = ((await this.device.read(array)) as Float32Array).slice(0, array.length);
          entries.set(`${prefix}.${name}`, { dtype: 'f32', shape, data });
        }
        entries.set(`step.${name}`, { dtype: 'f32', shape: [], data: Float32Array.of(step - (missed?.[member] ?? 0)) });
      }
    }
    return entries;
  }

  /**
   * Loads a result of `stateDict`. Where it counts updates, the run continues from there, whatever
   * `firstStep` was.
   *
   * @throws StateDictError if names or shapes are not those of this optimizer and its parameters;
   *   nothing is changed then
   */
  loadStateDict(entries: Iterable<readonly [string, LoadedEntry]>): void {
    this.#requireUse('loadStateDict');
    const given = new Map(readEntries('loadStateDict', entries));
    // Parameters that were trained before and are frozen now keep their moments.
    this.#admit(({ name }) => given.has(`step.${name}`));
    const stepOf = ({ name }: ArenaItem) => given.get(`step.${name}`)?.data[0];
    const trained = this.#arenas.flatMap(({ places }) => places);
    const counts = trained.some((item) => stepOf(item) !== undefined);
    const targets = new Map<string, MomentTarget>(this.#arenas.flatMap((arena) => this.#targetsOf(arena)));
    for (const { name } of counts ? trained : []) targets.set(`step.${name}`, { shape: [] });
    loadMoments(this.device, this.#rule.name, given, targets);
    if (!counts) return;
    const last = trained.reduce((most, item) => Math.max(most, stepOf(item) as number), 0);
    this.#rates.startAt(last);
    this.device.write(this.#state.words, Uint32Array.of(last));
    if (this.#takingPart.members || trained.some((item) => stepOf(item) !== last))
      this.#takingPart.restart((item) => last - (stepOf(item) ?? 0));
  }

  /** Gives the parameters their own memory again, and releases that of gradients and moments. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Everything is gone with the device already.
    if (this.device.failed) return;
    for (const arena of this.#arenas) arena.dispose();
    this.#takingPart.members?.dispose();
    this.#state.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #requireUse(method: string): void {
    if (this.#disposed) throw new TensorError(`${method}: this optimizer was disposed; make a new one`);
  }

  /** Where entries of a state belong, by name. */
  #targetsOf({ places, segments }: ParameterArena): (readonly [string, MomentTarget])[] {
    return places.flatMap((place) => {
      const { name, parameter, offset, segment } = place;
      const { moments } = segments[segment] as (typeof segments)[number];
      return [
        ...this.#rule.moments.map((prefix, index) => {
          const array = moments[index] as GpuArray;
          return [`${prefix}.${name}`, { shape: parameter.shape, array, offset }] as const;
        }),
        ...this.otherEntries(place).map(({ prefix, ...target }) => [`${prefix}.${name}`, target] as const),
      ];
    });
  }

  /** Adds parameters that were frozen at first. */
  #admit(isAdmitted: (item: ArenaItem) => boolean): void {
    const admitted = this.#frozen.filter(isAdmitted);
    if (admitted.length === 0) return;
    this.#frozen = this.#frozen.filter((item) => !admitted.includes(item));
    this.#arenas.push(this.#arenaOf(admitted));
  }
}
