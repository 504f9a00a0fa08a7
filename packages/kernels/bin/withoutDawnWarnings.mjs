// Starts programs whose first lines are ours. Dawn writes two warnings about limits straight to
// file descriptor 2 whenever an adapter is asked for, and has no switch for them.
import { spawn } from 'node:child_process';
import { Transform } from 'node:stream';

const start = 'Warning: maxDynamic';
const warning =
  /^Warning: maxDynamic(Uniform|Storage)BuffersPerPipelineLayout artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.\r?\n?$/;

/** Longer than the warning ever is. */
const longest = 200;

const mayBecomeWarning = (line) => start.startsWith(line) || (line.startsWith(start) && line.length < longest);

/**
 * Passes bytes on as they come, without the lines of those warnings. Only a line that begins as
 * they do waits for its end.
 */
export class WithoutDawnWarnings extends Transform {
  /** What may yet be a warning, one character a byte. */
  #held = '';
  #midLine = false;

  _transform(chunk, _encoding, done) {
    let passed = '';
    for (const part of chunk.toString('latin1').split(/(?<=\n)/)) {
      this.#held += part;
      const line = this.#held;
      if (!this.#midLine && (line.endsWith('\n') ? warning.test(line) : mayBecomeWarning(line))) {
        if (line.endsWith('\n')) this.#held = '';
        continue;
      }
      passed += line;
      this.#held = '';
      this.#midLine = !line.endsWith('\n');
    }
    done(null, passed === '' ? undefined : Buffer.from(passed, 'latin1'));
  }

  _flush(done) {
    done(null, warning.test(this.#held) ? undefined : Buffer.from(this.#held, 'latin1'));
  }
}

/**
 * Starts Node on a program, in the foreground. What the program itself writes goes straight to this
 * process's standard error, a terminal as before (`ownStderr.mjs`); what native code writes goes
 * through the filter.
 * @param {string[]} args the program's file and its arguments
 * @param {import('node:child_process').SpawnOptions} options without stdio
 */
export function startNode(args, options = {}) {
  const preload = new URL('./ownStderr.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    ...options,
    env: { ...(options.env ?? process.env), ATTUNE_STDERR: '3' },
    stdio: ['inherit', 'inherit', 'pipe', 2],
  });
  // Nobody reads any more: what native code still has to say is lost, as it would be.
  process.stderr.on('error', () => {});
  child.stderr.pipe(new WithoutDawnWarnings()).pipe(process.stderr, { end: false });
  return child;
}
