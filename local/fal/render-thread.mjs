// The entry of a render thread is plain JavaScript: on Node 20 the parent's TypeScript loader does not reach into a
// worker's entry.
import { tsImport } from "tsx/esm/api";

await tsImport("./render-worker.ts", import.meta.url);
