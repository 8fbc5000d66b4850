import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The page as the function `public` serves it. */
export interface Page {
  /** With `PUBLIC_URL` in the place of the API's base URL. */
  readonly html: string;
  /** The hashes of its script and its style, as a Content-Security-Policy names them. */
  readonly script: string;
  readonly style: string;
}

const root = import.meta.dirname;
const output = join(root, "dist", "page.json");
const stamp = join(root, "dist", "sources.sha256");

/** Builds `dist/page.json` with Vite, unless it was already made from these sources. */
export async function buildConsole(): Promise<void> {
  const sources = await hashSources();
  const made = await readFile(stamp, "utf8").catch(() => "");
  if (made === sources && (await readFile(output, "utf8").catch(() => ""))) return;
  const page = await buildPage();
  await mkdir(join(root, "dist"), { recursive: true });
  await writeFile(output, `${JSON.stringify(page)}\n`);
  await writeFile(stamp, sources);
}

/** The page in one piece: its script and its style are in it. */
export async function buildPage(): Promise<Page> {
  // Loaded only if there is something to build.
  const { build } = await import("vite");
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    // Also in a test, which sets NODE_ENV.
    mode: "production",
    define: { "process.env.NODE_ENV": JSON.stringify("production") },
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    build: { write: false, target: "es2022", modulePreload: false, assetsInlineLimit: Number.MAX_SAFE_INTEGER },
  });
  const files = (Array.isArray(built) ? built : [built]).flatMap((each) => ("output" in each ? each.output : []));
  const script = files.flatMap((file) => (file.type === "chunk" ? [file.code] : []));
  const style = files.flatMap((file) =>
    file.fileName.endsWith(".css") && "source" in file ? [String(file.source)] : [],
  );
  const [code = "", css = ""] = [script.join(""), style.join("")].map((text) => text.trim());
  // It would end the element early.
  if (/<\/(?:script|style)/i.test(code + css)) throw new Error("The console's code contains an end tag.");
  const document = (await readFile(join(root, "index.html"), "utf8")).replaceAll(/>\s+</g, "><");
  const html = document
    .replace(/\s*<script type="module"[^>]*><\/script>/, "")
    .replace("</head>", () => `<style>${css}</style></head>`)
    .replace("</body>", () => `<script type="module">${code}</script></body>`);
  return { html, script: hashOf(code), style: hashOf(css) };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

async function hashSources(): Promise<string> {
  const names = (await readdir(root)).filter((name) => /\.(?:tsx?|css|html|json)$/.test(name)).sort();
  const hash = createHash("sha256");
  for (const name of [...names, "../package-lock.json"]) hash.update(name).update(await readFile(join(root, name)));
  return hash.digest("hex");
}

if (process.argv[1] === import.meta.filename) await buildConsole();
