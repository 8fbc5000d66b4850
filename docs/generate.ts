import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generatedPages } from "./generate/pages.ts";

const root = join(import.meta.dirname, "..");

// `npm run docs`: writes every page that repeats what the code knows.
for (const [path, text] of generatedPages()) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
