import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { startNode } from '../../packages/kernels/bin/withoutDawnWarnings.mjs';

/**
 * Runs a program to its end with its output captured.
 * @returns {Promise<{ code: number, stdout: string, output: string }>} code 127 when it could not
 *   be started; output is stdout and stderr as they came
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let stdout = '';
    let output = '';
    child.stdout.on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 127, stdout, output: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? exitCodeOf(signal), stdout, output }));
  });
}

/**
 * Runs a program in the foreground: same terminal, interrupts passed on. Resolves to its exit code.
 */
export const runInForeground = (command, args, options = {}) =>
  ended(spawn(command, args, { stdio: 'inherit', ...options }));

/**
 * The same for a program that may stand still: it is stopped when it prints nothing for `silence`
 * milliseconds, which `onSilence` is told before.
 */
export function runUntilSilent(command, args, { silence, onSilence }) {
  const child = spawn(command, args, { stdio: ['inherit', 'pipe', 'inherit'] });
  const timer = setTimeout(() => {
    onSilence();
    child.kill();
  }, silence);
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    timer.refresh();
  });
  return ended(child).finally(() => clearTimeout(timer));
}

/** The same for a program of ours, in this Node and without Dawn's warnings. */
export const runOwnProgram = (args, options = {}) => ended(startNode(args, options));

function ended(child) {
  return new Promise((resolve, reject) => {
    // In a terminal Ctrl-C reaches the program by itself; passing it on too would count as a second
    // Ctrl-C.
    const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const onInterrupt = () => terminal || child.kill('SIGINT');
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
      resolve(code ?? exitCodeOf(signal));
    });
  });
}

const exitCodeOf = (signal) => 128 + (constants.signals[signal] ?? 0);
