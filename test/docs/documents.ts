import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A text file of the repository; `path` starts at its root. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The repository's files whose path matches the pattern, without installed or built ones. */
function textFiles(pattern: RegExp, folder = ""): readonly TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return isOurs(entry.name) ? textFiles(pattern, path) : [];
    return pattern.test(path) ? [{ path, text: readFileSync(join(root, path), "utf8") }] : [];
  });
}

function isOurs(folder: string): boolean {
  return folder === ".ci" || !(folder.startsWith(".") || ["node_modules", "cdk.out", "dist"].includes(folder));
}

/** The pages that people read. */
export function documents(): readonly TextFile[] {
  return textFiles(/^((docs|examples)\/.*|[A-Z]+)\.md$/);
}

/** The code, its tests and the scripts around it. */
export function sources(): readonly TextFile[] {
  return textFiles(/\.(ts|tsx|mjs|java)$|^\.ci\//);
}

/** The anchors of a page, as GitHub derives them from its headings, and those that it sets itself. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set([...headings, ...[...prose.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)]);
}
