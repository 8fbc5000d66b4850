/**
 * JSON as Python's `json.dumps(value, sort_keys=True)` writes it, which is how fal's webhook bodies look: sorted keys, `", "`
 * and `": "` as separators, everything beyond ASCII escaped. Takes JSON values only; undefined members are left out.
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
