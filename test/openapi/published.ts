import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openApiDocument } from "../../openapi/document.ts";

const root = join(import.meta.dirname, "..", "..");

/** The document as in `docs/reference/openapi.json`, for an API at an example address. */
export const published = openApiDocument({
  publicUrl: "https://abc123.execute-api.us-east-1.amazonaws.com/prod",
  allowsLoopbackCallbacks: false,
});

/** A file's text in the project's own format. */
export function formatted(text: string, path: string): string {
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  return execFileSync(process.execPath, [biome, "format", `--stdin-file-path=${path}`], {
    cwd: root,
    input: text,
    encoding: "utf8",
  });
}
