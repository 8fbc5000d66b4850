import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterEach, describe, expect, test } from "vitest";
import { readSettings, SettingsError, settingsSchema } from "../../infra/settings.ts";
import { chooseSettings } from "../../infra/settings-file.ts";
import { effort } from "../effort.ts";
import { copyCheckout, root as repository, unvalidated, withTemporaryFolder } from "./synthesis.ts";
import { variants } from "./variants.ts";

type Files = Readonly<Record<string, unknown>>;

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with these files. What is not text is written as JSON. */
function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "fal-jobs-settings-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

function choose(files: Files, context: Files = {}) {
  const warnings: string[] = [];
  const folder = folderWith(files);
  const settings = chooseSettings(context, { root: folder, home: folder, warn: (line) => warnings.push(line) });
  return { settings, warnings };
}

function refusal(files: Files, context: Files = {}): string {
  try {
    choose(files, context);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("the settings were accepted");
}

describe("the settings file", () => {
  test("A26: the settings file is settings/default.json, and may be missing", () => {
    expect(choose({ "settings/default.json": { retentionDays: 40 } }).settings.retentionDays).toBe(40);
    expect(choose({}).settings).toEqual(readSettings({}));
  });

  test("A26: the settings file is chosen by its name, and others do not count", () => {
    const files = {
      "settings/default.json": { retentionDays: 40, alarmEmail: "ops@example.com" },
      "settings/staging.json": { stackName: "Staging", retentionDays: 7 },
    };
    const { settings, warnings } = choose(files, { settings: "staging" });
    expect(settings).toEqual(readSettings({ stackName: "Staging", retentionDays: 7 }));
    expect(warnings).toEqual([]);
  });

  test("A26: the settings file is not read by `npm start` and the tests, however broken it is", () => {
    expect(
      choose({ "settings/default.json": "{", "cdk.json": { context: { archive: false } } }, { settings: false }),
    ).toEqual({
      settings: readSettings({}),
      warnings: [],
    });
  });

  test("A26: the settings file may name its JSON schema", () => {
    const $schema = "../docs/reference/settings.schema.json";
    expect(choose({ "settings/default.json": { $schema, archive: false } }).settings.archive).toBe(false);
  });

  test("A26: the settings file is overridden by the command line, with one line that says for how long", () => {
    const files = { "settings/default.json": { retentionDays: 40, rateLimitPerSecond: 9 } };
    const { settings, warnings } = choose(files, { retentionDays: "50", archive: "false" });
    expect(settings).toMatchObject({ retentionDays: 50, archive: false, rateLimitPerSecond: 9 });
    expect(warnings).toEqual([
      "retentionDays, archive: only for this deployment; the next one forgets it unless settings/default.json has it",
    ]);
  });

  test("A26: the settings file and the command line mean the same", () => {
    const values = {
      stageName: "7",
      publicUrl: "https://jobs.example.com",
      rateLimitPerSecond: 7,
      manageApiGatewayAccount: false,
      endpointIds: ["decart/lucy-i2v", "fal-ai/any.model"],
      owners: { a1b2c3: "studio" },
      dailyBudgets: { studio: 12.5, "*": 0 },
      prices: { "fal-ai/any.model": { per_request: 0.25 } },
    };
    const texts = Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const { settings } = choose({ "settings/default.json": values });
    expect(choose({}, Object.fromEntries(texts)).settings).toEqual(settings);
    expect(settings).toMatchObject(values);
  });

  test("A26: the settings file is not affected by keys of the CDK and of other people", () => {
    const context = { "cli-telemetry": false, "acknowledged-issue-numbers": [1], team: "video", retentionDay: 3 };
    const mixed = { ...context, "aws:cdk:bundling-stacks": [], "@aws-cdk/core:explicitStackTags": true };
    const { settings, warnings } = choose({ "cdk.context.json": context }, mixed);
    expect(settings).toEqual(readSettings({}));
    expect(warnings).toEqual([]);
  });

  test.each([
    ["cdk.context.json", "cdk.context.json", { alarmEmail: "ops@example.com" }],
    ["cdk.json", "cdk.json", { app: "node app", context: { alarmEmail: "ops@example.com" } }],
    ["~/.cdk.json", ".cdk.json", { context: { alarmEmail: "ops@example.com" } }],
  ])("A26: the settings file is where a setting in %s must go", (source, file, content) => {
    const context = { alarmEmail: "ops@example.com" };
    const expected = (target: string) =>
      `${source}: alarmEmail: settings have their own file; move it to settings/${target}.json`;
    expect(refusal({ [file]: content }, context)).toBe(expected("default"));
    const staging = { "settings/staging.json": { stackName: "Staging" } };
    expect(refusal({ [file]: content, ...staging }, { ...context, settings: "staging" })).toBe(expected("staging"));
  });

  test("A26: the settings file other than the default names its stack", () => {
    const files = { "settings/staging.json": { retentionDays: 7 } };
    expect(refusal(files, { settings: "staging" })).toMatch(/^settings\/staging\.json: stackName: is required here/);
    expect(choose(files, { settings: "staging", stackName: "FalJobs" }).settings.stackName).toBe("FalJobs");
  });

  test.each<[string, Files, Files, RegExp]>([
    ["is missing", {}, { settings: "staging" }, /^settings\/staging\.json: the file does not exist$/],
    [
      "is misspelled",
      { "settings/staging.json": {} },
      { settings: "stagin" },
      /^settings\/stagin\.json: the file does not exist; did you mean settings\/staging\.json\?$/,
    ],
    ["is outside its folder", {}, { settings: "../cdk" }, /^command line: settings: expected the name of a file/],
    [
      "is no JSON",
      { "settings/default.json": "{\n  oh\n}" },
      {},
      /^settings\/default\.json: the file is not JSON: .+$/,
    ],
    ["is no object", { "settings/default.json": "[1]" }, {}, /^settings\/default\.json: expected a JSON object/],
    [
      "has a wrong value",
      { "settings/default.json": { retentionDays: "90" } },
      {},
      /^settings\/default\.json: retentionDays: expected a whole number .+, got "90"$/,
    ],
    [
      "has an unknown setting",
      { "settings/default.json": { retentionDay: 90 } },
      {},
      /^settings\/default\.json: retentionDay: unknown setting; did you mean "retentionDays"\?$/,
    ],
    [
      "is overridden by a wrong value",
      {},
      { retentionDays: "ninety" },
      /^command line: retentionDays: expected .+, got "ninety"$/,
    ],
    [
      "is overridden by a misspelled setting",
      {},
      { retentionDay: "90" },
      /^command line: retentionDay: unknown setting; did you mean "retentionDays"\?$/,
    ],
  ])("the settings file that %s is refused in one line", (_, files, context, message) => {
    expect(refusal(files, context)).toMatch(message);
  });

  test("the settings file makes no setting of a word on the command line that resembles none", () => {
    expect(choose({}, { colour: "red" }).warnings).toEqual([
      "command line: colour: this is not a setting and has no effect",
    ]);
  });
});

describe("the schema of the settings file", () => {
  const ajv = addFormats.default(new Ajv2020.default({ strict: false, allErrors: true }));
  const schema: object = JSON.parse(readFileSync(join(repository, "docs/reference/settings.schema.json"), "utf8"));
  const conforms = ajv.compile(schema);

  test("the schema of the settings file is made from the settings", () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(settingsSchema())));
  });

  test.each(Object.entries(variants))("the schema of the settings file accepts %s", (_, settings) => {
    expect(conforms({ $schema: "x", ...settings }), ajv.errorsText(conforms.errors)).toBe(true);
  });

  test.each([
    { retentionDay: 90 },
    { retentionDays: "90" },
    { retentionDays: 4 },
    { archive: "false" },
    { endpointIds: "a/b" },
    { owners: { a1: "two words" } },
    { prices: { "a/b": { per_second: 0.1 } } },
    { publicUrl: "http://jobs.example.com" },
  ])("the schema of the settings file refuses %j, as the deployment does", (settings) => {
    expect(conforms(settings)).toBe(false);
    expect(() => readSettings(settings)).toThrow(SettingsError);
  });
});

describe("the app with a settings file", () => {
  const unbundled = { "aws:cdk:bundling-stacks": [] };

  /** What a run of the app prints, and its exit code. */
  function runApp(checkout: string, output: string, context: Files): Promise<{ code: number; errors: string }> {
    const env = {
      ...process.env,
      ...unvalidated,
      HOME: checkout,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify({ ...unbundled, ...context }),
    };
    return new Promise((resolve) => {
      execFile(process.execPath, ["--import", "tsx", "infra/app.ts"], { cwd: checkout, env }, (error, _, stderr) =>
        resolve({ code: Number(error?.code ?? 0), errors: stderr }),
      );
    });
  }

  test("the app with a settings file that it cannot use says so in one line, and fails", async () => {
    await withTemporaryFolder(async (checkout) => {
      await copyCheckout(checkout);
      expect(await runApp(checkout, join(checkout, "cdk.out"), { settings: "staging" })).toEqual({
        code: 1,
        errors: "fal-jobs: settings/staging.json: the file does not exist\n",
      });
    });
  });

  test.runIf(effort.synthesizesTwice)("A26: the app with a settings file synthesizes stacks side by side", async () => {
    await withTemporaryFolder(async (checkout) => {
      await copyCheckout(checkout);
      mkdirSync(join(checkout, "settings"));
      for (const stackName of ["Staging", "Production"])
        writeFileSync(join(checkout, "settings", `${stackName}.json`), JSON.stringify({ stackName }));
      const synthesize = async (settings: string, context: Files) => {
        const output = join(checkout, "cdk.out", settings);
        const { errors } = await runApp(checkout, output, { settings, ...context });
        const read = (file: string) => JSON.parse(readFileSync(join(output, file), "utf8"));
        const { stackName, templateFile } = read("manifest.json").artifacts.FalJobs.properties;
        return { errors, stackName, bus: read(templateFile).Resources.EventBus.Properties.Name };
      };
      expect([await synthesize("Staging", { retentionDays: "7" }), await synthesize("Production", {})]).toEqual([
        {
          errors:
            "fal-jobs: retentionDays: only for this deployment; the next one forgets it unless settings/Staging.json has it\n",
          stackName: "Staging",
          bus: "Staging",
        },
        { errors: "", stackName: "Production", bus: "Production" },
      ]);
    });
  });

  test.runIf(effort.synthesizesTwice)(
    "A26: the app with a settings file is synthesized by the CDK after the CDK wrote keys of its own",
    async () => {
      await withTemporaryFolder(async (checkout) => {
        await copyCheckout(checkout);
        const cdk = (...words: string[]) =>
          new Promise<string>((resolve, reject) => {
            const env = { ...process.env, HOME: checkout, CDK_DISABLE_CLI_TELEMETRY: "true" };
            const bin = join(repository, "node_modules", "aws-cdk", "bin", "cdk");
            execFile(process.execPath, [bin, ...words], { cwd: checkout, env }, (error, stdout, stderr) =>
              error === null ? resolve(stdout + stderr) : reject(error),
            );
          });
        await cdk("acknowledge", "12345");
        await cdk("cli-telemetry", "--disable");
        expect(JSON.parse(readFileSync(join(checkout, "cdk.context.json"), "utf8"))).toEqual({
          "acknowledged-issue-numbers": [12_345],
          "cli-telemetry": false,
        });
        expect(await cdk("synth", "--quiet", "-c", "retentionDays=7")).toContain(
          "fal-jobs: retentionDays: only for this deployment",
        );
      });
    },
  );
});
