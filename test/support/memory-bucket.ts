import type { Bucket } from "../../lambdas/aws/bucket.ts";

/** A bucket in memory; while `isDown` everything fails, while `refusesRemovals` only the removal of one object. */
export function createMemoryBucket() {
  const objects = new Map<string, Buffer>();
  /** The content type of each object that was ever put. */
  const types = new Map<string, string>();
  const state = { isDown: false, refusesRemovals: false, puts: 0 };
  const reach = () => {
    if (state.isDown) throw new Error("the bucket is down");
  };
  const bucket: Bucket = {
    async put(key, contentType, bytes) {
      state.puts++;
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      reach();
      objects.set(key, Buffer.concat(chunks));
      types.set(key, contentType);
    },
    async remove(key) {
      reach();
      if (state.refusesRemovals) throw new Error("the bucket removes nothing");
      objects.delete(key);
    },
    async removeAll(prefix) {
      reach();
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys) objects.delete(key);
      return keys.length;
    },
  };
  return { bucket, objects, types, state };
}
