import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TrainingArgumentsOptions } from '../index.ts';

export interface Child {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Ends when the child has written this, or has ended. */
  readonly said: (text: string) => Promise<void>;
  /** How it ended, and all that it wrote. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly text: string }>;
}

/** Trains in a process of its own. */
export function startChild(output: string, options: Partial<TrainingArgumentsOptions>, stepMilliseconds = 0): Child {
  const program = fileURLToPath(new URL('child.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, output, JSON.stringify(options), String(stepMilliseconds)]);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => void (text += part));
  const ended = once(child, 'close').then((how) => {
    const [code, signal] = how as [number | null, string | null];
    return { code, signal, text };
  });
  return {
    kill: (signal) => void child.kill(signal),
    async said(wanted) {
      let over = false;
      void ended.then(() => (over = true));
      while (!text.includes(wanted) && !over)
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
    },
    ended,
  };
}
