import * as z from "zod/mini";
import { FIELD_ERRORS_MAX, OBJECT_MAX_FIELDS, POINTER_PART_MAX_CHARACTERS } from "../limits.ts";
import { nearName } from "./near-name.ts";
import { isStorableName } from "./storable.ts";
import { clipped } from "./text.ts";

export interface FieldError {
  /** JSON pointer (RFC 6901) to the field. */
  readonly pointer: string;
  readonly message: string;
  /**
   * The kind of mistake, with the name that fal's models use (docs/internals/fal-protocol.md#3-errors). Only fal's own
   * client receives it.
   */
  readonly type?: string;
}

/** The errors of a request, one for each wrong field. */
export interface Refusal {
  readonly errors: readonly FieldError[];
}

/**
 * Validates a parsed body with a schema. Returns the result or the errors. `objects` names the fields that contain an
 * object with keys of the caller's choice.
 */
export function validate<T>(schema: z.ZodMiniType<T>, body: unknown, objects: readonly string[] = []): T | Refusal {
  const crowded = crowdedObject(body, objects);
  if (crowded) return { errors: [crowded] };
  const parsed = schema.safeParse(body, { error: describe, reportInput: true });
  const named = parsed.success ? [] : parsed.error.issues.flatMap((issue) => fieldErrors(issue, schema));
  const hidden = hiddenKeys(body).filter(({ pointer }) => !named.some((error) => error.pointer === pointer));
  const errors = [...named, ...hidden];
  if (parsed.success && errors.length === 0) return parsed.data;
  return { errors: errors.slice(0, FIELD_ERRORS_MAX) };
}

/** Refuses an object with too many fields as a whole: listing half a million wrong fields helps nobody. */
function crowdedObject(body: unknown, names: readonly string[]): FieldError | undefined {
  if (!isRecord(body)) return undefined;
  const objects = [["", body] as const, ...names.map((name) => [`/${name}`, body[name]] as const)];
  const crowded = objects.find(([, object]) => isRecord(object) && Object.keys(object).length > OBJECT_MAX_FIELDS);
  return crowded && { pointer: crowded[0], message: `must have at most ${OBJECT_MAX_FIELDS} fields` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * zod silently drops an own `__proto__` key of a record. We report it like any other unknown field, with every other
 * name that the table cannot store.
 */
function hiddenKeys(body: unknown): FieldError[] {
  if (!isRecord(body)) return [];
  return ["metadata", "input"].flatMap((field) => {
    const object = body[field];
    const names = isRecord(object) ? Object.keys(object).filter((name) => name !== "" && !isStorableName(name)) : [];
    return names.map((name) => ({ pointer: pointer([field, name]), message: "is not an allowed key" }));
  });
}

/**
 * An error for each text and key that contains U+FFFD. Programs write it in place of bytes that are not UTF-8, so it
 * stands for a character that was lost on the way to us (rule P35). The value must be validated: then it is not deep.
 */
export function lostCharacters(value: unknown, path: readonly PropertyKey[] = []): FieldError[] {
  if (typeof value === "string") return value.includes("\uFFFD") ? [lostCharacter(path)] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name.includes("\uFFFD") ? lostCharacter([...path, name]) : lostCharacters(each, [...path, name]),
  );
}

function lostCharacter(path: readonly PropertyKey[]): FieldError {
  const message = "contains U+FFFD, which stands for a lost character; send the text as UTF-8";
  return { pointer: pointer(path), message, type: "value_error" };
}

function fieldErrors(issue: z.core.$ZodIssue, schema: z.ZodMiniType): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    const known = issue.path.reduce<z.core.$ZodType | undefined>((at, name) => shapeOf(at)[String(name)], schema);
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      message: unknownField(key, shapeOf(known)),
      type: "extra_forbidden",
    }));
  }
  return [{ pointer: pointer(issue.path), message: issue.message, type: typeOf(issue) }];
}

/** Says that a field is unknown, and which one was probably meant: a near name, or the same name one level down. */
function unknownField(name: string, shape: Shape): string {
  const parent = Object.keys(shape).find((field) => Object.hasOwn(shapeOf(shape[field]), name));
  if (parent !== undefined) return `is not a known field here; put it into ${parent}`;
  return withNearName("is not a known field", name, Object.keys(shape));
}

/** The message, with the name that was probably meant if there is one. */
export function withNearName(message: string, name: string, names: readonly string[]): string {
  const near = nearName(name, names);
  return near === undefined ? message : `${message}; did you mean ${near}?`;
}

type Shape = Readonly<Record<string, z.core.$ZodType | undefined>>;

function shapeOf(schema: z.core.$ZodType | undefined): Shape {
  return schema instanceof z.ZodMiniObject ? schema.shape : {};
}

const TYPES: Readonly<Record<string, string>> = {
  string: "string_type",
  boolean: "bool_type",
  object: "dict_type",
  record: "dict_type",
};

function typeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return "one_of";
  if (issue.code !== "invalid_type") return "value_error";
  return issue.input === undefined ? "missing" : (TYPES[issue.expected] ?? `${issue.expected}_type`);
}

/** The message that says what was expected. zod/mini has no messages of its own. */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "invalid_type") {
    return issue.input === undefined ? "is required" : `must be ${article(issue.expected)}`;
  }
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  return issue.message ?? "is not valid";
}

function article(type: string): string {
  if (type === "record") return "an object";
  if (type === "int") return "a whole number";
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

/** The JSON pointer (RFC 6901) of a path. Each part is cut to its maximum length. */
export function pointer(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => clipped(String(part), POINTER_PART_MAX_CHARACTERS));
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
