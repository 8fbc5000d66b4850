/**
 * DynamoDB's expressions, as far as our table code uses them. Anything else throws, so that nothing is silently
 * ignored.
 */

type Item = Record<string, unknown>;

interface Names {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Item | undefined;
}

/** Whether an item (undefined: none) matches a condition expression. */
export function meets(expression: string, item: Item | undefined, scope: Names): boolean {
  const tokens = tokenize(expression);
  const result = either(tokens, item ?? {}, scope);
  if (tokens.length > 0) throw new Error(`left over in condition: ${tokens.join(" ")}`);
  return result;
}

/** The item after an update expression of SET, then REMOVE or ADD. */
export function updated(expression: string, item: Item, scope: Names): Item {
  const next = { ...item };
  const [rest = "", additions = ""] = expression.split(/\s*\bADD\s+/);
  const [sets = "", removes = ""] = rest.replace(/^SET /, "").split(/\s*REMOVE\s+/);
  for (const addition of splitList(additions)) {
    const [path = "", value = ""] = addition.split(/\s+/);
    const [before, added] = [item[nameOf(path, scope)], evaluate(value, item, scope)];
    // A set is an array here, which survives JSON.
    next[nameOf(path, scope)] =
      added instanceof Set ? [...new Set([...setIn(before), ...added])] : Number(before ?? 0) + Number(added);
  }
  for (const assignment of splitList(sets)) {
    const [path = "", value = ""] = assignment.split(/\s*=\s*/);
    next[nameOf(path.trim(), scope)] = evaluate(value.trim(), item, scope);
  }
  for (const path of splitList(removes)) delete next[nameOf(path, scope)];
  return next;
}

function either(tokens: string[], item: Item, scope: Names): boolean {
  let result = both(tokens, item, scope);
  while (tokens[0] === "OR") {
    tokens.shift();
    const right = both(tokens, item, scope);
    result ||= right;
  }
  return result;
}

function both(tokens: string[], item: Item, scope: Names): boolean {
  let result = primary(tokens, item, scope);
  while (tokens[0] === "AND") {
    tokens.shift();
    const right = primary(tokens, item, scope);
    result &&= right;
  }
  return result;
}

function primary(tokens: string[], item: Item, scope: Names): boolean {
  const first = tokens.shift() ?? "";
  if (first === "(") {
    const inner = either(tokens, item, scope);
    tokens.shift();
    return inner;
  }
  if (first === "NOT") return !primary(tokens, item, scope);
  if (first === "contains") {
    const [, path = "", , value = ""] = tokens.splice(0, 5);
    return setIn(evaluate(path, item, scope)).includes(evaluate(value, item, scope));
  }
  if (first === "attribute_exists" || first === "attribute_not_exists") {
    const [, path = ""] = tokens.splice(0, 3);
    return (item[nameOf(path, scope)] !== undefined) === (first === "attribute_exists");
  }
  if (first === "size") {
    const [, path = ""] = tokens.splice(0, 3);
    return compare(setIn(evaluate(path, item, scope)).length, tokens, item, scope);
  }
  return compare(evaluate(first, item, scope), tokens, item, scope);
}

function compare(left: unknown, tokens: string[], item: Item, scope: Names): boolean {
  const operator = tokens.shift();
  if (operator === "IN") {
    const choices = tokens.splice(0, tokens.indexOf(")") + 1).filter((token) => !"(),".includes(token));
    return choices.some((choice) => evaluate(choice, item, scope) === left);
  }
  if (!["=", "<=", "<", "<>"].includes(operator ?? "")) throw new Error(`unknown operator ${operator}`);
  const right = evaluate(tokens.shift() ?? "", item, scope);
  if (left === undefined || right === undefined) return false;
  if (operator === "<>") return left !== right;
  if (operator === "<") return Number(left) < Number(right);
  return operator === "=" ? left === right : Number(left) <= Number(right);
}

function evaluate(text: string, item: Item, scope: Names): unknown {
  const append = /^list_append\((.+), (\S+)\)$/.exec(text);
  if (append) return [...list(append[1], item, scope), ...list(append[2], item, scope)];
  const either = /^if_not_exists\((\S+), (\S+)\)$/.exec(text);
  if (either) return evaluate(either[1] ?? "", item, scope) ?? evaluate(either[2] ?? "", item, scope);
  const sum = /^(\S+) \+ (\S+)$/.exec(text);
  if (sum) return Number(evaluate(sum[1] ?? "", item, scope)) + Number(evaluate(sum[2] ?? "", item, scope));
  if (!text.startsWith(":")) return item[nameOf(text, scope)];
  const value = scope.values?.[text];
  if (value === undefined) throw new Error(`no value for ${text}`);
  return value;
}

function setIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function list(text: string | undefined, item: Item, scope: Names): unknown[] {
  const value = evaluate(text ?? "", item, scope);
  if (!Array.isArray(value)) throw new Error(`${text} is no list`);
  return value;
}

function nameOf(path: string, { names }: Names): string {
  if (!path.startsWith("#")) return path;
  const name = names?.[path];
  if (name === undefined) throw new Error(`no name for ${path}`);
  return name;
}

function tokenize(expression: string): string[] {
  return expression.match(/<=|<>|[\w#:]+|\S/g) ?? [];
}

/** Splits at the commas outside parentheses. */
function splitList(text: string): string[] {
  return text
    .split(/,\s*(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
