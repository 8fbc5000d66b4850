import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes in buffers that somebody still holds. */
export async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  collectGarbage();
  // Buffers are freed in a turn after that of the objects that held them.
  await setImmediate();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
