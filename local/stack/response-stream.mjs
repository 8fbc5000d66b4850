import { Writable } from "node:stream";

/** Writes below this size are held back. */
const largestHeldBytes = 16 * 1024;

/**
 * The stream that a function writes its answer to. As it can happen on AWS, a small write is sent only with the next one
 * or at the end (rule A25). An empty write sends nothing. Plain JavaScript, so that a bundle's own thread can have it.
 */
export function openResponseStream(send) {
  let held;
  const release = () => {
    if (held !== undefined) send(held);
    held = undefined;
  };
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      if (chunk.length > 0) {
        release();
        held = chunk;
      }
      if (chunk.length >= largestHeldBytes) release();
      done();
    },
    final: (done) => {
      release();
      done();
    },
  });
  stream.setContentType = () => {};
  return stream;
}
