/**
 * JSON as Python's `json.dumps(value, sort_keys=True)` writes it, as in fal's webhook bodies: sorted keys, `", "`
 * and `": "` as separators, and non-ASCII characters escaped. Accepts JSON values only; omits undefined members.
 */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return escapeNonAscii(JSON.stringify(value) ?? "null");
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${pythonJson(key)}: ${pythonJson(member)}`);
  return `{${members.join(", ")}}`;
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
