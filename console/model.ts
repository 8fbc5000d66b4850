import { signal } from "@preact/signals";
import { send } from "./api.ts";

/** One option of a model, as the schema in the API's document describes it. */
export interface Option {
  readonly name: string;
  readonly description?: string;
  readonly type: string;
  readonly default?: unknown;
  readonly values?: readonly string[];
}

export interface Model {
  /** Endpoints whose input this page knows. The input of others is written as JSON. */
  readonly endpoints: readonly string[];
  readonly options: readonly Option[];
  readonly promptMaxCharacters: number;
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** What the model takes; until the document has come, what every Lucy takes. */
export const model = signal<Model>({
  endpoints: ["decart/lucy-14b/image-to-video"],
  options: [],
  promptMaxCharacters: 2_000,
});

const OWN_FIELDS = ["prompt", "image_url"];
let isAsked = false;

/** Reads the model's schema from the API's own document, once. */
export async function loadModel(): Promise<void> {
  if (isAsked) return;
  isAsked = true;
  try {
    const response = await send("GET", "/openapi.json");
    const { components } = (await response.json()) as { components: { schemas: Readonly<Record<string, Schema>> } };
    const { properties = {} } = components.schemas.LucyInput ?? {};
    model.value = {
      endpoints: components.schemas.NewLucyJob?.properties?.endpoint?.enum ?? model.value.endpoints,
      promptMaxCharacters: properties.prompt?.maxLength ?? model.value.promptMaxCharacters,
      options: Object.entries(properties)
        .filter(([name]) => !OWN_FIELDS.includes(name))
        .map(([name, schema]) => ({
          name,
          type: schema.type ?? "string",
          default: schema.default,
          ...(schema.description !== undefined && { description: schema.description }),
          ...(schema.enum && { values: schema.enum }),
        })),
    };
  } catch {
    isAsked = false;
  }
}
