import { every, screen } from '#platform';
import { textsOf } from '../platform/fitLine.ts';
import type { Detail, ProgressText, Screen } from '../platform/platform.ts';
import { formatDuration } from './formatDuration.ts';

/** Options of {@link ProgressLine}. */
export interface ProgressLineOptions {
  /** What is being done: `Training`. */
  readonly label: string;
  /** How many there are in total. */
  readonly total: number;
  /** What is counted: `steps`. `bytes` are shown as MB. */
  readonly unit: string;
  /** How many were done before, such as the steps of a run that is resumed. Default 0. */
  readonly from?: number | undefined;
  /** Seconds before anything is shown, so that short work prints nothing. Default 1. */
  readonly delay?: number | undefined;
}

/** The progress of one piece of work. */
export interface ProgressLine extends Disposable {
  /**
   * Updates how many are done.
   *
   * @param details more to show, the most important first: `loss 0.69`. Of a pair the second is for
   *   narrow terminals. Default: the rate per second
   */
  update(done: number, details?: readonly Detail[]): void;
  /**
   * Removes the line, as does the end of a scope (`using line = …`).
   *
   * @param lastLine text that stays in its place, if the line was ever shown
   */
  stop(lastLine?: string): void;
}

/** Seconds from one drawing on a terminal to the next. */
const redrawAfter = 0.1;
/** Without a terminal: seconds until the first line after the start, and between later ones. */
const firstLineAfter = 10;
const nextLineAfter = 30;

/** Active lines, the innermost last: only that one is shown. */
const lines: Line[] = [];
let endTicks: (() => void) | null = null;

/**
 * Shows progress: on a terminal a bar that fits its width, with the time left; in a log file, a
 * pipe or a page's console a plain line at the start, after 10 seconds, and every 30 from then on.
 * A line that starts inside another hides that one until it stops.
 */
export function progressLine(options: ProgressLineOptions): ProgressLine {
  return startLine(options, screen);
}

/** The same on a given screen, for tests. */
export function startLine(options: ProgressLineOptions, on: Screen): ProgressLine {
  const line = new Line(options, on);
  lines.push(line);
  endTicks ??= every(1000, () => lines.at(-1)?.refresh());
  line.refresh();
  return line;
}

class Line implements ProgressLine {
  readonly #options: ProgressLineOptions;
  readonly #screen: Screen;
  readonly #began = performance.now();
  #done: number;
  #details: readonly Detail[] | null = null;
  /** Seconds since the start; null before anything was shown. */
  #lastShown: number | null = null;
  #plainLines = 0;

  constructor(options: ProgressLineOptions, on: Screen) {
    this.#options = options;
    this.#screen = on;
    this.#done = options.from ?? 0;
  }

  update(done: number, details?: readonly Detail[]): void {
    this.#done = done;
    this.#details = details ?? null;
    if (lines.at(-1) === this) this.refresh();
  }

  stop(lastLine?: string): void {
    const place = lines.indexOf(this);
    if (place < 0) return;
    lines.splice(place, 1);
    if (lines.length === 0) {
      endTicks?.();
      endTicks = null;
    }
    if (this.#screen.isTerminal) this.#screen.show(null);
    if (lastLine !== undefined && this.#lastShown !== null) this.#screen.writeLine(lastLine);
    lines.at(-1)?.refresh();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Draws the line if it is due. */
  refresh(): void {
    const seconds = this.#seconds();
    if (seconds < (this.#options.delay ?? 1)) return;
    const passed = this.#lastShown === null ? Infinity : seconds - this.#lastShown;
    const wait = this.#screen.isTerminal ? redrawAfter : this.#plainLines === 1 ? firstLineAfter : nextLineAfter;
    if (passed < wait) return;
    this.#lastShown = seconds;
    const text = this.#text(seconds);
    if (this.#screen.isTerminal) {
      this.#screen.show(text);
    } else {
      this.#plainLines++;
      this.#screen.writeLine(`${text.label}: ${[text.count, ...textsOf(text.details, 0)].join(' | ')}`);
    }
  }

  #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #text(seconds: number): ProgressText {
    const { label, total, unit, from = 0 } = this.#options;
    const rate = (this.#done - from) / seconds;
    const left = rate > 0 && this.#done < total ? [`${formatDuration((total - this.#done) / rate)} left`] : [];
    const speed = rate > 0 ? [`${amount(rate, unit)}/s`] : [];
    const count =
      unit === 'bytes'
        ? `${Math.floor((100 * this.#done) / Math.max(1, total))}% of ${amount(total, unit)}`
        : `${this.#done}/${total} ${unit}`;
    return {
      label,
      part: total > 0 ? this.#done / total : 1,
      count,
      details: [...left, ...(this.#details ?? speed)],
    };
  }
}

function amount(value: number, unit: string): string {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(value < 1e8 ? 1 : 0)} MB`;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}
