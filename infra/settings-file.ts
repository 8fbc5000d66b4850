import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findNearestName } from "./nearest-name.ts";
import { findNearestSetting, isSettingName, readSettings, readText, type Settings, SettingsError } from "./settings.ts";

type Values = Readonly<Record<string, unknown>>;

/** The folders that have `settings/` and the CDK's own files, and who is told what the next deployment forgets. */
export type SettingsPlace = {
  readonly root: string;
  readonly home: string;
  readonly warn: (line: string) => void;
};

const folder = "settings";
const defaultName = "default";
const commandLine = "command line";
const record = z.record(z.string(), z.unknown());
const contextInside = z.object({ context: record }).transform(({ context }) => context);

/**
 * The settings of a deployment: those of `settings/{name}.json`, which `-c settings={name}` chooses, overridden by those
 * of the command line (`-c name=value`). With `settings` false in the context no file is read, because `npm start` and
 * the tests depend on no deployment. Throws SettingsError.
 */
export function chooseSettings(context: Values, place: SettingsPlace): Settings {
  const overrides = Object.fromEntries(
    Object.entries(context).flatMap(([name, text]) => (isSettingName(name) ? [[name, readText(name, text)]] : [])),
  );
  if (context.settings === false) return readSettings(overrides);
  const file = chooseFile(context.settings ?? defaultName, place.root);
  checkContext(context, file, place);
  const given = { ...readFile(file, place.root), ...overrides };
  const settings = readSettings(given, (name) => (Object.hasOwn(overrides, name) ? commandLine : file));
  if (file !== fileOf(defaultName) && !Object.hasOwn(given, "stackName"))
    throw new SettingsError(`${file}: stackName: is required here, so that another stack is not updated by mistake`);
  const names = Object.keys(overrides);
  if (names.length > 0)
    place.warn(`${names.join(", ")}: only for this deployment; the next one forgets it unless ${file} has it`);
  return settings;
}

function fileOf(name: string): string {
  return `${folder}/${name}.json`;
}

function chooseFile(name: unknown, root: string): string {
  if (typeof name !== "string" || !/^[\w-]+$/.test(name))
    throw new SettingsError(`${commandLine}: settings: expected the name of a file in ${folder}/, without .json`);
  const file = fileOf(name);
  if (name === defaultName || existsSync(join(root, file))) return file;
  const others = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  const nearest = findNearestName(`${name}.json`, others);
  const hint = nearest === undefined ? "" : `; did you mean ${folder}/${nearest}?`;
  throw new SettingsError(`${file}: the file does not exist${hint}`);
}

/** Only the default file may be missing: every other file was asked for. */
function readFile(file: string, root: string): Values {
  const path = join(root, file);
  if (!existsSync(path)) return {};
  const parsed = record.safeParse(parseJson(file, readFileSync(path, "utf8")));
  if (!parsed.success) throw new SettingsError(`${file}: expected a JSON object of settings`);
  const { $schema: _, ...values } = parsed.data;
  return values;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = String(error).replaceAll(/\s+/g, " ");
    throw new SettingsError(`${file}: the file is not JSON: ${why}`);
  }
}

/**
 * The CDK mixes the command line with the context of its own files. What others keep in those files is left alone. A
 * setting there is refused: the file would silently outrank ours, or be cleared by the CDK.
 */
function checkContext(context: Values, file: string, { root, home, warn }: SettingsPlace): void {
  const files = [
    ["cdk.context.json", readContext(join(root, "cdk.context.json"), record)],
    ["cdk.json", readContext(join(root, "cdk.json"), contextInside)],
    ["~/.cdk.json", readContext(join(home, ".cdk.json"), contextInside)],
  ] as const;
  const misplaced = files.flatMap(([source, names]) => names.filter(isSettingName).map((name) => [source, name]));
  if (misplaced.length > 0)
    throw new SettingsError(
      misplaced
        .map(([source, name]) => `${source}: ${name}: settings have their own file; move it to ${file}`)
        .join("\n"),
    );
  const others = new Set(["settings", ...files.flatMap(([, names]) => names)]);
  for (const name of Object.keys(context)) {
    if (isSettingName(name) || others.has(name) || /[:/@]/.test(name)) continue;
    if (findNearestSetting(name) !== undefined) readSettings({ [name]: context[name] }, () => commandLine);
    warn(`${commandLine}: ${name}: this is not a setting and has no effect`);
  }
}

/** The names in a file's context. A file that the CDK itself could not read has none. */
function readContext(path: string, shape: z.ZodType<Values>): readonly string[] {
  try {
    return Object.keys(shape.parse(JSON.parse(readFileSync(path, "utf8"))));
  } catch {
    return [];
  }
}
