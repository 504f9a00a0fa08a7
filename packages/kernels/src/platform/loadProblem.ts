/** What decides whether Dawn's library can be loaded. */
export interface Machine {
  /** `process.platform` and `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc; undefined where the C library is another one or unknown. */
  readonly glibc: string | undefined;
}

const builds = ['darwin', 'linux-x64', 'linux-arm64', 'win32-x64', 'win32-arm64'];
/** What Dawn's library for Linux requires (`objdump -T dawn.node`). */
const oldestGlibc = [2, 34] as const;

const otherWays =
  'Deno has a WebGPU of its own, for openDevice({ webgpu: navigator.gpu }) with --unstable-webgpu; browsers have theirs.';

/** Why the npm package `webgpu` could not be loaded, and what to do. */
export function loadProblem(error: Error & { readonly code?: string }, machine: Machine): string {
  const { platform, arch, glibc } = machine;
  const said = error.message.split('\n')[0] ?? '';
  const start = `the npm package "webgpu" could not be loaded on ${platform}-${arch}: `;
  if (error.code === 'ERR_MODULE_NOT_FOUND')
    return `${start}it is not installed (${said}). Install @attune/kernels again; beside a bundle that lies elsewhere, or under pnpm, install webgpu too (npm install webgpu).`;
  if (error.code === 'ERR_DLOPEN_DISABLED')
    return `${start}Node runs without native libraries (${said}). Start it with --allow-addons beside --permission, and without --no-addons.`;
  if (!builds.includes(platform) && !builds.includes(`${platform}-${arch}`))
    return `${start}it has builds for macOS, and for Linux and Windows on x64 and arm64. ${otherWays}`;
  if (/GLIBCXX_/.test(said))
    return `${start}the C++ library of this system is too old (${said}). Update libstdc++6, or take Debian 12, Ubuntu 22.04 or newer.`;
  if (platform === 'linux' && (isOld(glibc) || /GLIBC_2/.test(said)))
    return `${start}it needs glibc 2.34, and this system has ${glibc ?? 'an older one'}. Take Debian 12, Ubuntu 22.04, RHEL 9 or newer, or a container of one (node:22-bookworm-slim). ${otherWays}`;
  if (platform === 'linux' && (/ld-linux|musl/.test(said) || (glibc === undefined && !/dawn\.node'?$/.test(said))))
    return `${start}it needs glibc, and the C library of this system is another: musl, as on Alpine. Take an image with glibc (node:22-bookworm-slim in place of node:22-alpine). ${otherWays}`;
  // A bundle in CommonJS has no import.meta.url, from which the package looks for its library.
  const isBundled = error.code === 'MODULE_NOT_FOUND' ? !/[\\/]node_modules[\\/]/.test(said) : /'filename'/.test(said);
  if (isBundled)
    return `${start}a bundler has taken it in without its library (${said}). Name webgpu as external: --external:webgpu for esbuild, external: ['webgpu'] for Rollup and Vite.`;
  if (error.code === 'MODULE_NOT_FOUND')
    return `${start}its library is missing (${said}). The install was broken off or left it out: remove node_modules and install again.`;
  const library = /(lib[\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(said)?.[1];
  if (library) return `${start}this system has no ${library}. Install the package that brings it, and try again.`;
  if (platform === 'darwin')
    return (
      `${start}${said}. macOS does not load files that it holds in quarantine. The package's install script lifts that, unless install scripts are off ` +
      '(npm install --ignore-scripts, or a script that npm has blocked): run `npm rebuild webgpu --ignore-scripts=false`, or ' +
      '`xattr -d com.apple.quarantine node_modules/webgpu/dist/darwin-universal/dawn.node`.'
    );
  if (platform === 'win32')
    return `${start}${said}. d3dcompiler_47.dll and dxcompiler.dll must lie beside dawn.node: see whether a virus scanner took them, then remove node_modules and install again.`;
  return `${start}${said}`;
}

function isOld(glibc: string | undefined): boolean {
  if (glibc === undefined) return false;
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  return major < oldestGlibc[0] || (major === oldestGlibc[0] && minor < oldestGlibc[1]);
}
