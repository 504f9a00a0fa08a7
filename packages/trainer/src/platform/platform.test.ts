import { describe, expect, it, vi } from 'vitest';
import { files as page } from './browser.ts';
import { onInterruption } from './node.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';

describe('a signal', () => {
  const said = captureTerminal();

  it('makes each run say what is lost, once, and is left to the listeners of others', () => {
    const run = (step: number) => ({ finish: () => false, place: () => ({ step, maxSteps: 9, lastCheckpoint: null }) });
    const other = vi.fn<() => void>();
    process.on('SIGTERM', other);
    const before = process.listenerCount('SIGTERM');
    {
      using _first = onInterruption(run(1));
      using _second = onInterruption(run(2));
      {
        using _ended = onInterruption(run(3));
      }
      expect(process.listenerCount('SIGTERM')).toBe(before + 1);
      process.emit('SIGTERM', 'SIGTERM');
      process.emit('SIGTERM', 'SIGTERM');
    }
    process.off('SIGTERM', other);
    expect(said.map((line) => /at step (\d)/.exec(line)?.[1])).toEqual(['1', '2']);
    expect(other).toHaveBeenCalledTimes(2);
    expect(process.listenerCount('SIGTERM')).toBe(before - 1);
  });

  it('is waited for by runs that can finish, and ends their waiting when it comes again', () => {
    const other = vi.fn<() => void>();
    process.on('SIGTERM', other);
    const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
    {
      const place = { step: 3, maxSteps: 9, lastCheckpoint: 'out/checkpoint-3' };
      using run = onInterruption({ finish: () => true, place: () => place });
      expect(run.signal).toBeNull();
      process.emit('SIGTERM', 'SIGTERM');
      expect(run.signal).toBe('SIGTERM');
      expect(said).toHaveLength(1);
      // The same one, passed on by another process.
      now.mockReturnValue(1100);
      process.emit('SIGTERM', 'SIGTERM');
      expect(said).toHaveLength(1);
      now.mockReturnValue(1300);
      process.emit('SIGTERM', 'SIGTERM');
      // Another listens: the process is its own.
      expect(run.leave(place, 'train()')).toMatch(/is saved in out\/checkpoint-3. To continue from there: train\(\)/);
    }
    process.off('SIGTERM', other);
    expect(said[1]).toMatch(/What came after the last checkpoint, out\/checkpoint-3, is lost/);
    expect(said).toHaveLength(2);
  });
});

it('a page names what gives the files that it cannot save', async () => {
  await expect(page.makeFolder('out')).rejects.toThrow(/model\.files\(\) and tokenizer\.files\(\)/);
});
