import type { Bucket } from "../../lambdas/aws/bucket.ts";
import type { ReadUpload } from "../../lambdas/submit/read-upload.ts";
import { crashesReader } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Invocation, Scheduler } from "./scheduler.ts";

export interface SimulatedObject {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** Undefined: a caller, with a presigned URL. */
  readonly putBy: Invocation | undefined;
}

/** The faults of the simulated S3. */
export interface BucketFaults {
  /** A request that is answered with an error, as a probability; half of those are carried out anyway. */
  readonly fails: number;
}

/**
 * S3 in memory, with latency and faults. An object exists once its last byte is stored; an invocation that dies
 * earlier leaves none.
 */
export function createBucket(scheduler: Scheduler, random: Random, faults: BucketFaults) {
  const objects = new Map<string, SimulatedObject>();
  const clearedPrefixes = new Set<string>();

  async function request(invocation: Invocation, carryOut: () => void): Promise<void> {
    await scheduler.pause(invocation, 5, 300);
    const fails = random.chance(faults.fails);
    if (!fails || random.chance(0.5)) carryOut();
    await scheduler.pause(invocation, 1, 50);
    if (!fails) return;
    invocation.wasFailed = true;
    throw new Error("simulated trouble of S3");
  }

  async function removeAll(invocation: Invocation, prefix: string): Promise<number> {
    const list = () => [...objects.keys()].filter((key) => key.startsWith(prefix));
    let removed = 0;
    await scheduler.pause(invocation, 1, 100);
    for (let keys = list(); keys.length > 0; keys = list()) {
      clearedPrefixes.add(prefix);
      await request(invocation, () => {
        for (const key of keys) objects.delete(key);
      });
      removed += keys.length;
    }
    return removed;
  }

  return {
    objects: objects as ReadonlyMap<string, SimulatedObject>,
    /** Keys that deletions have started to remove: from then on the object may be missing. */
    clearedPrefixes: clearedPrefixes as ReadonlySet<string>,
    putByCaller(key: string, contentType: string, bytes: Buffer): void {
      objects.set(key, { contentType, bytes, putBy: undefined });
    },
    open: (invocation: Invocation): Bucket => ({
      async put(key, contentType, bytes) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of bytes) chunks.push(chunk);
        const object = { contentType, bytes: Buffer.concat(chunks), putBy: invocation };
        if (crashesReader(object.bytes.toString("latin1"))) await scheduler.crash(invocation);
        await request(invocation, () => objects.set(key, object));
      },
      remove: (key) => request(invocation, () => objects.delete(key)),
      removeAll: (prefix) => removeAll(invocation, prefix),
    }),
    readUpload:
      (invocation: Invocation): ReadUpload =>
      async (key) => {
        await request(invocation, () => undefined);
        return objects.get(key) ?? "absent";
      },
  };
}
