import type { Bucket } from "../aws/bucket.ts";
import { environment } from "./environment.ts";

/** Opens the bucket on first use, because most invocations need none. */
export function lazyBucket(): () => Promise<Bucket> {
  const { name, endpoint } = environment.mediaBucket();
  let bucket: Promise<Bucket> | undefined;
  return () => {
    bucket ??= import("../aws/bucket.ts").then(({ openBucket }) => openBucket(name, endpoint));
    return bucket;
  };
}
