import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps the card's clock, heat and power all the while in clocks.csv, where its tool is there.
 * `line` is for the summary.
 */
export function startClocks(output) {
  const fields = 'timestamp,clocks.sm,clocks.mem,power.draw,temperature.gpu,clocks_throttle_reasons.active';
  const file = join(output, 'clocks.csv');
  const child = spawn(
    'sh',
    ['-c', `exec nvidia-smi --query-gpu=${fields} --format=csv,noheader,nounits -lms 500 > "$0"`, file],
    { stdio: 'ignore' },
  );
  child.on('error', () => {});
  return { end: () => child.kill(), line: () => clockLine(file) };
}

function clockLine(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const speeds = text
    .split('\n')
    .map((line) => Number(line.split(',')[1]))
    .filter((speed) => speed > 0);
  return speeds.length > 0
    ? `Clock: ${Math.min(...speeds)} to ${Math.max(...speeds)} MHz (clocks.csv)`
    : 'Clock: nvidia-smi says nothing';
}
