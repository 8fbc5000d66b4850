import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { z } from "zod";

/** Earlier releases, each as the stack that `cdk synth` made of it: `fixtures/releases/{tag}.json.br`. */
const releases = join(import.meta.dirname, "../fixtures/releases");
const suffix = ".json.br";
const filesSchema = z.record(z.string(), z.string());
/** What the local stack reads of a synthesized stack. */
const needed = /^(manifest\.json|[\w-]+\.(template|assets)\.json|asset\..+)$/;

/** The tags of the earlier releases. */
export async function releaseTags(): Promise<readonly string[]> {
  const names = await readdir(releases);
  return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}

/** Writes an earlier release to a new temporary folder, which it returns: a value for CDK_OUT. */
export async function unpackRelease(tag: string): Promise<string> {
  const packed = await readFile(join(releases, `${tag}${suffix}`));
  const files = filesSchema.parse(JSON.parse(brotliDecompressSync(packed).toString()));
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-release-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Keeps a synthesized stack as a release. */
export async function packRelease(folder: string, tag: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: Record<string, string> = {};
  for (const path of paths.sort()) {
    const name = relative(folder, path);
    if (needed.test(name)) files[name] = await readFile(path, "utf8");
  }
  await writeFile(join(releases, `${tag}${suffix}`), brotliCompressSync(JSON.stringify(files)));
}
