import { spawn } from 'node:child_process';
import { rootFolder } from '../setup/root-folder.mjs';

/**
 * Runs a command with its output shown, and returns what it wrote to stdout and how long it took.
 * @returns {Promise<{ stdout: string, seconds: number }>}
 */
export function run(command, args, { cwd = rootFolder, env = {} } = {}) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
      process.stdout.write(text);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ stdout, seconds: (performance.now() - start) / 1000 });
      else reject(new Error(`${command} ${args.join(' ')} ended with exit code ${code}`));
    });
  });
}
