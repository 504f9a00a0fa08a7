import { expect, it } from 'vitest';
import { loadProblem } from './loadProblem.ts';
import type { Machine } from './loadProblem.ts';

const linux: Machine = { platform: 'linux', arch: 'x64', glibc: '2.36' };
const failed = (message: string, code?: string) => Object.assign(new Error(message), { code });
const dlopen = (message: string) => failed(message, 'ERR_DLOPEN_FAILED');

it.each<[string, Error, Partial<Machine>, RegExp]>([
  [
    'musl',
    dlopen(
      'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/node_modules/webgpu/dist/linux-x64/dawn.node)',
    ),
    { glibc: undefined },
    /needs glibc, .* musl, as on Alpine\. Take an image with glibc \(node:22-bookworm-slim/,
  ],
  [
    'musl with another error',
    dlopen('Error relocating dawn.node: __isoc23_strtol: symbol not found'),
    { glibc: undefined },
    /musl, as on Alpine/,
  ],
  [
    'glibc of Debian 11',
    dlopen("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by dawn.node)"),
    { glibc: '2.31' },
    /needs glibc 2\.34, and this system has 2\.31\. Take Debian 12/,
  ],
  [
    'glibc where no version is told',
    dlopen("libc.so.6: version `GLIBC_2.34' not found"),
    { glibc: undefined },
    /needs glibc 2\.34, and this system has an older one/,
  ],
  [
    'an old C++ library',
    dlopen("libstdc++.so.6: version `GLIBCXX_3.4.30' not found"),
    {},
    /C\+\+ library of this system is too old .*libstdc\+\+6/,
  ],
  [
    'FreeBSD',
    failed("Cannot find module 'dist/freebsd-x64/dawn.node'", 'MODULE_NOT_FOUND'),
    { platform: 'freebsd', glibc: undefined },
    /on freebsd-x64: it has builds for macOS, and for Linux and Windows on x64 and arm64\. Deno/,
  ],
  [
    'a 32-bit ARM',
    failed("Cannot find module 'dist/linux-arm/dawn.node'", 'MODULE_NOT_FOUND'),
    { arch: 'arm' },
    /on linux-arm: it has builds for/,
  ],
  [
    'a bundle in CommonJS',
    failed(
      "The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received undefined",
      'ERR_INVALID_ARG_VALUE',
    ),
    {},
    /a bundler has taken it in without its library .*--external:webgpu for esbuild/,
  ],
  [
    'a bundle that has no library beside it',
    failed("Cannot find module '/app/out/dist/linux-x64/dawn.node'", 'MODULE_NOT_FOUND'),
    {},
    /a bundler has taken it in without its library .*--external:webgpu for esbuild/,
  ],
  [
    'an install that was broken off',
    failed("Cannot find module '/app/node_modules/webgpu/dist/linux-x64/dawn.node'", 'MODULE_NOT_FOUND'),
    {},
    /its library is missing .*install again/,
  ],
  [
    'no package',
    failed("Cannot find package 'webgpu' imported from /app/x.js", 'ERR_MODULE_NOT_FOUND'),
    {},
    /it is not installed .*npm install webgpu/,
  ],
  [
    'a missing library',
    dlopen('libX11-xcb.so.1: cannot open shared object file: No such file or directory'),
    {},
    /this system has no libX11-xcb\.so\.1\. Install the package/,
  ],
  [
    'a quarantine that a blocked install script left',
    dlopen(
      "dlopen(dawn.node, 0x0001): code signature in 'dawn.node' not valid for use in process: library load disallowed by system policy",
    ),
    { platform: 'darwin', arch: 'arm64', glibc: undefined },
    /quarantine.*--ignore-scripts.*npm has blocked.*npm rebuild webgpu --ignore-scripts=false.*xattr -d/s,
  ],
  [
    'Windows',
    dlopen('The specified module could not be found.'),
    { platform: 'win32', glibc: undefined },
    /dxcompiler\.dll must lie beside dawn\.node/,
  ],
  [
    "Node's permissions",
    failed('Cannot load native addon because loading addons is disabled.', 'ERR_DLOPEN_DISABLED'),
    {},
    /Node runs without native libraries .*--allow-addons beside --permission, and without --no-addons\.$/,
  ],
  ['anything else', dlopen('file too short\nmore'), {}, /could not be loaded on linux-x64: file too short$/],
])('says why and what to do: %s', (_what, error, machine, message) => {
  expect(loadProblem(error, { ...linux, ...machine })).toMatch(message);
});
