import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { CLIENT_FORM, CLIENT_FORMS } from "../../support/client-forms.ts";
import { findNode24 } from "../../support/node24.ts";
import { PICTURES } from "../../support/pictures.ts";
import { type Sent, sendClientForms } from "../../support/send-client-forms.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const node24 = findNode24();
const names = Object.values(CLIENT_FORMS).flat();
const program = fileURLToPath(new URL("../../support/send-client-forms.ts", import.meta.url));
const expected: Sent = { status: 202, ...CLIENT_FORM, picture: PICTURES["image/png"].toString("base64") };

describe("forms of real clients", () => {
  it("forms of real clients are at least twenty, of at least eight languages, and each file is named", () => {
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(Object.keys(CLIENT_FORMS).length).toBeGreaterThanOrEqual(8);
    const files = readdirSync(new URL("../../fixtures/forms/", import.meta.url));
    expect(files.map((file) => file.replace(/\.http$/, "")).sort()).toEqual([...names].sort());
  });

  it("forms of real clients become jobs with their prompt, metadata and picture", async () => {
    expect(await sendClientForms()).toEqual(Object.fromEntries(names.map((name) => [name, expected])));
  });

  it.skipIf(node24 === undefined)("forms of real clients become the same jobs on Node 24", async () => {
    const { stdout } = await run(node24 ?? "", ["--import", "tsx", program], { cwd: root });
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(names.map((name) => [name, expected])));
  });
});
