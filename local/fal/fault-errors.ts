import { ZodError, z } from "zod";
import { findNearestName } from "../../infra/nearest-name.ts";
import { faultSchema } from "./fault-schema.ts";

/** One plain sentence for each error of a fault, and where the faults are described. */
export function describeFaultErrors(error: unknown): string {
  const errors = error instanceof ZodError ? error.issues.flatMap(describe) : [String(error)];
  return `${errors.join(" ")} docs/guide/local.md lists the faults.`;
}

function describe(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField(issue.path, key));
  const field = issue.path.length === 0 ? "A fault" : `The field ${issue.path.join(".")} of a fault`;
  return [`${field} is not valid: ${issue.message}.`];
}

function unknownField(path: readonly PropertyKey[], key: string): string {
  const nearest = findNearestName(key, namesAt(path));
  const hint = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return `A fault has no field ${[...path, key].join(".")}.${hint}`;
}

type JsonSchema = z.core.JSONSchema.JSONSchema | boolean | undefined;

/** The names of the fields that an object inside a fault has. */
function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const schema = path.reduce<JsonSchema>(
    (at, name) => propertiesOf(at)[String(name)],
    z.toJSONSchema(faultSchema, { io: "input" }),
  );
  return Object.keys(propertiesOf(schema));
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (typeof schema === "object" && schema.properties) || {};
}
