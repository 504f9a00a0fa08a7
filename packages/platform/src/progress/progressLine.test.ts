import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Screen } from '../platform/platform.ts';
import { TerminalScreen } from '../platform/terminalScreen.ts';
import { FakeTerminal } from '../testing/fakeTerminal.ts';
import { formatDuration } from './formatDuration.ts';
import { startLine } from './progressLine.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => {
  if (vi.getTimerCount() > 0) throw new Error('a line was not stopped');
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const details = ['492.0 examples/s', 'loss 0.6921'];

describe.each([80, 40, 20])('on a terminal of %i columns', (columns) => {
  function onTerminal() {
    const terminal = new FakeTerminal(columns);
    const out = new FakeTerminal(columns);
    return { terminal, out, screen: new TerminalScreen(terminal, out) };
  }

  it('never wraps, and is removed at the end', () => {
    const { terminal, screen } = onTerminal();
    const line = startLine({ label: 'Training', total: 30_000, unit: 'steps', delay: 0 }, screen);
    for (let step = 1; step <= 300; step++) {
      vi.advanceTimersByTime(200);
      line.update(100 * step, details);
      expect(terminal.rows).toHaveLength(1);
      expect(terminal.rows[0]).toMatch(/^Training /);
      expect(terminal.rows[0]!.length).toBeLessThan(columns);
    }
    line.stop();
    expect(terminal.rows).toEqual(['']);
  });

  it('counts the columns of wide characters', () => {
    const { terminal, screen } = onTerminal();
    using _line = startLine({ label: '正在处理数据集的所有句子', total: 10, unit: '👩‍👩‍👧', delay: 0 }, screen);
    expect(terminal.rows[0]!.length).toBeLessThan(columns);
  });

  it('stays below what others write, also in pieces', () => {
    const { terminal, screen } = onTerminal();
    const line = startLine({ label: 'Map', total: 10, unit: 'rows', delay: 0 }, screen);
    terminal.write('one\n');
    terminal.write('two, ');
    vi.advanceTimersByTime(200);
    line.update(5);
    terminal.write('three\n');
    terminal.write('');
    expect(terminal.rows.slice(0, -1)).toEqual(['one', 'two, three']);
    expect(terminal.rows.at(-1)).toMatch(/^Map .*rows/);
    line.stop('Map: 10 rows');
    expect(terminal.rows).toEqual(['one', 'two, three', 'Map: 10 rows', '']);
    terminal.write('four\n');
    expect(terminal.rows.at(-2)).toBe('four');
  });

  it('shows a line inside another, then that one again', () => {
    const { terminal, screen } = onTerminal();
    const outer = startLine({ label: 'Training', total: 100, unit: 'steps', delay: 0 }, screen);
    const inner = startLine({ label: 'Kernels', total: 30, unit: '', delay: 0 }, screen);
    vi.advanceTimersByTime(200);
    outer.update(1);
    inner.update(7);
    expect(terminal.rows[0]).toMatch(/^Kernels .*7\/30/);
    inner.stop();
    vi.advanceTimersByTime(200);
    outer.update(2);
    expect(terminal.rows).toHaveLength(1);
    expect(terminal.rows[0]).toMatch(/^Training .*2\/100/);
    outer.stop();
    outer.stop();
    expect(terminal.rows).toEqual(['']);
  });
});

it('shrinks the bar first, then drops details from the end', () => {
  const shown = [100, 76, 60, 40].map((columns) => {
    const terminal = new FakeTerminal(columns);
    const line = startLine(
      { label: 'Training', total: 3000, unit: 'steps', delay: 0 },
      new TerminalScreen(terminal, new FakeTerminal(columns)),
    );
    vi.advanceTimersByTime(60_200);
    line.update(1500, details);
    const [row] = terminal.rows;
    line.stop();
    return row;
  });
  expect(shown).toEqual([
    'Training ████████████░░░░░░░░░░░░ 1500/3000 steps | 1:00 left | 492.0 examples/s | loss 0.6921',
    'Training ███░░ 1500/3000 steps | 1:00 left | 492.0 examples/s | loss 0.6921',
    'Training 1500/3000 steps | 1:00 left | 492.0 examples/s',
    'Training 1500/3000 steps | 1:00 left',
  ]);
});

it('says in short what does not fit in full', () => {
  const pairs = ['loss 0.6921', ['learning rate 4.97e-05', 'lr 5e-05'], ['grad norm 1.234', 'grad 1.23']] as const;
  const shown = [120, 80, 64, 50].map((columns) => {
    const terminal = new FakeTerminal(columns);
    const line = startLine(
      { label: 'Training', total: 3000, unit: 'steps', delay: 0 },
      new TerminalScreen(terminal, new FakeTerminal(columns)),
    );
    vi.advanceTimersByTime(60_200);
    line.update(1500, pairs);
    const [row] = terminal.rows;
    line.stop();
    return row;
  });
  expect(shown).toEqual([
    'Training ████████████░░░░░░░░░░░░ 1500/3000 steps | 1:00 left | loss 0.6921 | learning rate 4.97e-05 | grad norm 1.234',
    'Training ███░░ 1500/3000 steps | 1:00 left | loss 0.6921 | lr 5e-05 | grad 1.23',
    'Training ████░░░ 1500/3000 | 1:00 left | loss 0.6921 | lr 5e-05',
    'Training 1500/3000 | 1:00 left | loss 0.6921',
  ]);
});

describe('where no terminal is', () => {
  function onPaper() {
    const lines: string[] = [];
    const screen: Screen = { isTerminal: false, show() {}, writeLine: (line) => lines.push(line) };
    return { lines, screen };
  }

  it('says a line at the start, after 10 seconds, and every 30 from then on', () => {
    const { lines, screen } = onPaper();
    const line = startLine({ label: 'Training', total: 690, unit: 'steps', delay: 0 }, screen);
    for (let second = 1; second <= 100; second++) {
      vi.advanceTimersByTime(1000);
      if (second < 50) line.update(second, ['loss 0.7']);
    }
    line.stop();
    expect(lines).toEqual([
      'Training: 0/690 steps',
      'Training: 9/690 steps | 12:37 left | loss 0.7',
      'Training: 39/690 steps | 11:08 left | loss 0.7',
      'Training: 49/690 steps | 15:16 left | loss 0.7',
      'Training: 49/690 steps | 21:48 left | loss 0.7',
    ]);
  });

  it('says nothing of what is soon done', () => {
    const { lines, screen } = onPaper();
    const line = startLine({ label: 'Map', total: 10, unit: 'rows' }, screen);
    vi.advanceTimersByTime(900);
    line.update(10);
    line.stop('done');
    expect(lines).toEqual([]);
  });

  it('counts bytes in MB, and only those of this run in the rate', () => {
    const { lines, screen } = onPaper();
    const line = startLine({ label: 'Downloading', total: 400e6, unit: 'bytes', from: 100e6 }, screen);
    vi.advanceTimersByTime(500);
    line.update(140e6);
    vi.advanceTimersByTime(1500);
    line.stop('Downloaded');
    expect(lines).toEqual(['Downloading: 35% of 400 MB | 7 s left | 40.0 MB/s', 'Downloaded']);
  });
});

it('formats durations', () => {
  expect([3.6, 187, 3723, Infinity].map(formatDuration)).toEqual(['4 s', '3:07', '1:02:03', '?']);
});
