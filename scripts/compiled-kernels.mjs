// Prints what kernels take on a card that is not here: registers of a thread, values that spill to
// memory, workgroup memory, and subgroups at once, as Mesa's compilers for AMD and NVIDIA cards
// make them. Nothing runs.
// Usage: node scripts/compiled-kernels.mjs amd|nvidia [card] [tiles|step] [fp16]    after a build
// AMD's cards by RADV's names, default navi31 (RX 7900); NVIDIA's by chipset, default 180 (H100).
// Needs a C compiler and the headers of Vulkan, for NVIDIA those of libdrm too, and Mesa: for AMD
// the one that `npm test` fetches will do, for NVIDIA MESA_LIBRARIES names the folder of a Mesa 26,
// and ATTUNE_NODE a Node that runs with its C library.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { table } from '../benchmarks/table.mjs';
import { driverFolder, environmentOf, multiarch } from './vulkan-driver.mjs';

const makers = {
  amd: { library: 'libvulkan_radeon.so', card: 'navi31' },
  nvidia: { library: 'libvulkan_nouveau.so', card: '180' },
};
const [maker, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(makers, maker)) throw new Error(`compiled-kernels: the first word is amd or nvidia, not ${maker}`);
const words = ['tiles', 'step', 'fp16'];
const [card = makers[maker].card, surplus] = rest.filter((word) => !words.includes(word));
if (surplus) throw new Error(`compiled-kernels takes one card, and tiles, or step and fp16; got ${surplus} too`);
if (rest.includes('tiles') && (rest.includes('step') || rest.includes('fp16')))
  throw new Error('compiled-kernels: tiles are of both precisions; leave out step and fp16');
const libraries = process.env.MESA_LIBRARIES ?? join(driverFolder, 'root/usr/lib', multiarch);

const folder = mkdtempSync(join(tmpdir(), 'attune-compiled-'));
try {
  const { said, lines } = compile();
  console.log(said);
  console.log(
    table(
      ['kernel', 'registers', 'spilled', 'workgroup memory, bytes', 'subgroups at once', 'instructions'],
      rowsOf(lines),
    ),
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** What the program says, and its and the driver's lines about kernels. */
function compile() {
  const driver = build('driver.c', ['-ldl']);
  const manifest = join(folder, 'driver.json');
  writeFileSync(
    manifest,
    JSON.stringify({ file_format_version: '1.0.1', ICD: { library_path: driver, api_version: '1.4.0' } }),
  );
  const known = process.env.MESA_LIBRARIES ? {} : environmentOf(driverFolder);
  const env = {
    ...process.env,
    ...known,
    VK_DRIVER_FILES: manifest,
    REAL_DRIVER: join(libraries, makers[maker].library),
    ...(maker === 'amd' ? { RADV_FORCE_FAMILY: card } : playedNvidia()),
  };
  const program = fileURLToPath(new URL('gpu/compiled/program.mjs', import.meta.url));
  const what = rest.includes('tiles') ? ['tiles'] : ['step', ...(rest.includes('fp16') ? ['fp16'] : [])];
  const node = process.env.ATTUNE_NODE ?? process.execPath;
  const { status, stdout, stderr } = spawnSync(node, [program, ...what], { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`compiled-kernels: nothing compiles for ${maker} ${card}\n${stderr.slice(-2000)}`);
  return { said: stdout, lines: stderr.split('\n').filter((line) => /^(@@|##)/.test(line)) };
}

/** What has Mesa find an NVIDIA card. */
function playedNvidia() {
  const node = join(folder, 'card');
  writeFileSync(node, '');
  truncateSync(node, 2 ** 36);
  return {
    LD_PRELOAD: build('nouveau.c', ['-I/usr/include/libdrm']),
    RENDER_NODE: node,
    CHIPSET: card,
    NVK_I_WANT_A_BROKEN_VULKAN_DRIVER: '1',
  };
}

function build(source, options) {
  const path = fileURLToPath(new URL(`gpu/compiled/${source}`, import.meta.url));
  const library = join(folder, source.replace('.c', '.so'));
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, path, ...options], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`compiled-kernels: ${source} does not compile\n${stderr}`);
  return library;
}

/** A row for each kernel; AMD's and NVIDIA's compilers have their own names for the same things. */
function rowsOf(lines) {
  return lines.flatMap((line, index) => {
    const statistics = lines[index + 1];
    if (!line.startsWith('@@') || !statistics?.startsWith('##')) return [];
    const numberOf = (...names) =>
      names.map((name) => new RegExp(`[ ;]${name}=([\\d.e+]+);`).exec(statistics)?.[1]).find(Boolean) ?? '';
    return [
      [
        line.slice(3),
        numberOf('VGPRs', 'Number of GPRs'),
        numberOf('Spilled VGPRs', 'Spills to memory'),
        numberOf('LDS size'),
        numberOf('Subgroups per SIMD', 'Max warps/SM'),
        numberOf('Instructions', 'Instruction count'),
      ],
    ];
  });
}
