// The first step of a package's build, in its folder: a file whose source is gone must neither be
// kept by turbo nor end in a tarball.
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
