import { type Detail, detailOf, ModelError } from "./outcomes.ts";

/**
 * The model's input with its defaults; `sync_mode` is true upstream unless said otherwise
 * (docs/internals/fal-protocol.md#7-the-model).
 */
export interface ModelInput {
  readonly prompt: string;
  readonly image_url: string;
  readonly aspect_ratio: "16:9" | "9:16";
  readonly sync_mode: boolean;
}

/**
 * Validates the input as the model does when it runs. Unknown fields are ignored. Throws a ModelError that names every
 * bad field.
 */
export function checkInput(input: unknown): ModelInput {
  const fields: Readonly<Record<string, unknown>> = typeof input === "object" && input !== null ? { ...input } : {};
  const details: Detail[] = [];
  const text = (field: string) => {
    const value = fields[field];
    if (typeof value === "string") return value;
    details.push(detailOf(value === undefined ? "missing" : "string_type", field, value ?? input));
    return "";
  };
  const oneOf = <T extends string>(field: string, permitted: readonly [T, ...T[]]): T => {
    const value = fields[field] ?? permitted[0];
    const found = permitted.find((each) => each === value);
    if (found === undefined) details.push(detailOf("one_of", field, value, { permitted }));
    return found ?? permitted[0];
  };
  const sync_mode = fields.sync_mode ?? true;
  if (typeof sync_mode !== "boolean") details.push(detailOf("bool_type", "sync_mode", sync_mode));
  oneOf("resolution", ["720p"]);
  const checked: ModelInput = {
    prompt: text("prompt"),
    image_url: text("image_url"),
    aspect_ratio: oneOf("aspect_ratio", ["16:9", "9:16"]),
    sync_mode: sync_mode === true,
  };
  if (details.length > 0) throw new ModelError(details);
  return checked;
}

/** The prompt of any submitted value; undefined if it has none. */
export function promptOf(input: unknown): unknown {
  return typeof input === "object" && input !== null && "prompt" in input ? input.prompt : undefined;
}
