import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeReport, examine } from './doctor.ts';
import { NoAdapterError } from '../errors.ts';

describe('the doctor', () => {
  it('finds a working adapter, and computes on it', async () => {
    const report = await examine();
    expect(report).toMatchObject({ healthy: true, problem: null, dispatch: { elements: 1000, wrongElements: 0 } });
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({ device: { software: expect.any(Boolean) } });
    const text = describeReport(report).join('\n');
    for (const words of [
      'adapter',
      'driver',
      'runs on',
      'features',
      'shaders',
      'matrix units',
      'buffers',
      'workgroups',
      '1000 of 1000 elements right',
      'All is well.',
    ])
      expect(text).toContain(words);
    expect(describeReport(report).length).toBeLessThanOrEqual(10);
  });

  it('says in plain words that no adapter answered', async () => {
    const report = await examine(() =>
      Promise.reject(new NoAdapterError('No WebGPU adapter answered. Install a driver.')),
    );
    expect(report).toMatchObject({ healthy: false, device: null, dispatch: null });
    expect(describeReport(report)).toEqual(['Problem: No WebGPU adapter answered. Install a driver.']);
  });

  it('refuses what it does not take', () => {
    const program = fileURLToPath(new URL('../../bin/attune-doctor.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [program, '--jsn'], { encoding: 'utf8' });
    expect(stderr).toContain('attune-doctor takes no --jsn.');
    expect(status).toBe(1);
  });

  it('starts before the first build, to say that one is needed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-doctor-'));
    const program = join(folder, 'bin/attune-doctor.mjs');
    cpSync(new URL('../../bin', import.meta.url), join(folder, 'bin'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).toContain('npm run build');
    expect(status).toBe(1);
  });
});
