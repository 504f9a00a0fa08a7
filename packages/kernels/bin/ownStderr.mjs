// Loaded before a program that withoutDawnWarnings.mjs starts: makes the descriptor that
// ATTUNE_STDERR names its process.stderr, of the same kind as Node would have made of it.
import { fstatSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { isatty, WriteStream } from 'node:tty';
import { isMainThread } from 'node:worker_threads';

function streamTo(fd) {
  if (isatty(fd)) return new WriteStream(fd);
  // Without bigint Node 20 takes "a pipe" for the kind of the next path that it resolves too, and
  // follows no link in it.
  const kind = fstatSync(fd, { bigint: true });
  if (kind.isFIFO() || kind.isSocket()) return new Socket({ fd, readable: false, writable: true });
  return new Writable({
    decodeStrings: true,
    write(chunk, _encoding, done) {
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      done();
    },
  });
}

const { ATTUNE_STDERR: descriptor } = process.env;
// Neither workers nor programs that this one starts have the descriptor.
delete process.env.ATTUNE_STDERR;
if (descriptor && isMainThread) {
  try {
    const stream = streamTo(Number(descriptor));
    stream.fd = Number(descriptor);
    stream.unref?.();
    // Node's own cannot be closed either.
    stream._destroy = (error, done) => done(error);
    Object.defineProperty(process, 'stderr', { configurable: true, enumerable: true, get: () => stream });
  } catch {
    // process.stderr stays as it is: through the filter.
  }
}
