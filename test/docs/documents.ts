import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A text file of the repository; `path` starts at its root. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The files of the repository, committed or new, whose path the pattern fits. */
export function textFiles(pattern: RegExp): readonly TextFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8",
  });
  const deleted = execFileSync("git", ["ls-files", "--deleted"], { cwd: root, encoding: "utf8" }).split("\n");
  return listed
    .split("\n")
    .filter((path) => pattern.test(path) && !deleted.includes(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** The pages that people read. */
export function documents(): readonly TextFile[] {
  return textFiles(/^(docs\/.*|[A-Z]+)\.md$/);
}

/** The code, its tests and the scripts around it. */
export function sources(): readonly TextFile[] {
  return textFiles(/\.(ts|tsx|mjs|java)$|^\.ci\//);
}

/** The anchors of a page, as GitHub makes them from its headings, and those that it sets itself. */
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
