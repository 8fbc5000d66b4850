import type { EngineKind } from "./settings.ts";

/** A running DynamoDB engine. `close` ends it and keeps its data. */
export type Engine = { readonly url: string; readonly kind: EngineKind; close(): Promise<void> };
