import type { Program } from './dispatch.ts';
import type { DeviceInfo } from '../device/profile.ts';

/**
 * WebGPU's message about a program that does not compile, with positions in the original files
 * (`kernels/relu/relu.wgsl:14:30`), and with advice where there is any.
 */
export function compileError(
  program: Program,
  { limits }: Pick<DeviceInfo, 'limits'>,
  { message }: { readonly message: string },
): string {
  const place = (line: number) => {
    const found = program.locate?.(line);
    return found && `${found.file}:${found.line}`;
  };
  // Dawn writes ` :5:15 error`, naga `┌─ LABEL:5:15`.
  const located = message.replaceAll(/(?<=┌─ )[^\n]*:(\d+):(\d+)$|(?<=^|\s):(\d+):(\d+)\b/gm, (words, ...numbers) => {
    const [line, column] = numbers.filter((number) => number !== undefined).map(Number);
    const where = place(line as number);
    return where ? `${where}:${column}` : words;
  });
  const said = message.replaceAll(quoted, '');
  const known = remedies.find(({ means }) => means.test(said));
  if (!known) return located;
  const { line, what } = known;
  const first = line
    ? program
        .source()
        .split('\n')
        .findIndex((text) => line.test(text)) + 1
    : 0;
  const where = first > 0 ? place(first) : undefined;
  const advice = `${where ? `${where}: ` : ''}${what(limits)}`;
  return `${advice}\n${located}`;
}

/** Quoted source lines: above a line of `^` in Dawn's messages, after a bar in naga's. */
const quoted = /^.*\n(?=[ \t]*\^+[ \t]*$)|^.*[│|].*$/gm;

interface Remedy {
  /** Matches the message of Dawn or naga. */
  readonly means: RegExp;
  /** Matches the line of source at fault, where the message does not give one. */
  readonly line?: RegExp;
  readonly what: (limits: DeviceInfo['limits']) => string;
}

const remedies: readonly Remedy[] = [
  {
    means: /extension '\w+' is not allowed|extension is not supported|enable-extension is not yet supported/,
    line: /^\s*enable\b/,
    what: () =>
      'this device lacks what the line enables. Use this variant only where gpu.profile reports it (f16Storage, subgroups), ' +
      'and another elsewhere.',
  },
  {
    means: /without 'f16' extension|`f16` enable extension is not enabled/,
    what: () =>
      "begin the file with `enable f16;`, for devices whose gpu.profile.f16Storage is 'native'; " +
      'or declare, load and store arrays by elementAccess, which every device can.',
  },
  {
    means: /without extension 'subgroups'|capability Capabilities\(SUBGROUP/,
    what: () => 'begin the file with `enable subgroups;`, for devices whose gpu.profile.subgroups is true.',
  },
  {
    means: /workgroup.size/i,
    line: /@workgroup_size\b/,
    what: (limits) =>
      `the workgroup is larger than this device allows: ${limits.maxComputeInvocationsPerWorkgroup} threads, and ` +
      `[${limits.maxComputeWorkgroupSizeX}, ${limits.maxComputeWorkgroupSizeY}, ${limits.maxComputeWorkgroupSizeZ}] along x, y and z. ` +
      'Every adapter allows 256, and [256, 256, 64].',
  },
  {
    means: /workgroup storage|array count .* must be less/i,
    line: /var\s*<\s*workgroup\s*>/,
    what: (limits) =>
      `the workgroup's memory is larger than this device allows, ${limits.maxComputeWorkgroupStorageSize} bytes. Every adapter allows 16384.`,
  },
  { means: /entry ?point.*main|main.*entry ?point/i, what: () => 'the entry point must be named main.' },
];
