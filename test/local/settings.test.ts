import { describe, expect, it } from "vitest";
import { readSettings, SettingError } from "../../local/stack/settings.ts";

describe("the local stack's settings", () => {
  it("the local stack's settings have the documented defaults", () => {
    expect(readSettings({}, "/repo")).toMatchObject({
      port: 4000,
      publicUrl: "http://localhost:4000",
      apiKeys: ["local-key"],
      sweepSeconds: 5,
      dataDir: "/repo/.local",
      falKey: undefined,
      falEndpointUrl: undefined,
      s3Url: undefined,
      caller: { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } },
      overrides: { PUBLIC_URL: "http://localhost:4000", FIRST_CHECK_SECONDS: "60", SUBMISSION_WINDOW_SECONDS: "2700" },
      additions: { CALLBACK_ALLOW_LOOPBACK: "true" },
    });
  });

  it("the local stack's settings treat an empty variable as unset", () => {
    expect(readSettings({ PORT: "", FAL_KEY: "", OWNERS: "" }, "/repo")).toEqual(readSettings({}, "/repo"));
  });

  it("the local stack's settings derive the public URL from PORT unless it is set, and drop its trailing slash", () => {
    expect(readSettings({ PORT: "4100" }, "/repo").publicUrl).toBe("http://localhost:4100");
    expect(readSettings({ PUBLIC_URL: "https://jobs.example/v1/" }, "/repo").overrides.PUBLIC_URL).toBe(
      "https://jobs.example/v1",
    );
  });

  it("the local stack's settings keep an absolute DATA_DIR and resolve a relative one from the repository", () => {
    expect(readSettings({ DATA_DIR: "/var/jobs" }, "/repo").dataDir).toBe("/var/jobs");
    expect(readSettings({ DATA_DIR: "data/one" }, "/repo").dataDir).toBe("/repo/data/one");
  });

  it("the local stack's settings reserve the port after PORT for the emulator, unless another fal is used", () => {
    expect(() => readSettings({ PORT: "65535" }, "/repo")).toThrow("PORT: expected a whole number from 1 to 65534");
    expect(readSettings({ PORT: "65535", FAL_ENDPOINT_URL: "http://localhost:1" }, "/repo").port).toBe(65_535);
  });

  it("the local stack's settings use the emulator even when FAL_KEY is set", () => {
    expect(readSettings({ FAL_KEY: "key" }, "/repo")).toEqual(readSettings({}, "/repo"));
    expect(readSettings({ FAL_KEY: "not usable\n" }, "/repo")).toMatchObject({ realFal: false, falKey: undefined });
  });

  it("the local stack's settings use the real fal only when asked to, with FAL_KEY", () => {
    const real = readSettings({ FAL_KEY: "key" }, "/repo", true);
    expect(real).toMatchObject({ realFal: true, falKey: "key", apiKeys: [expect.stringMatching(/^[\w-]{32}$/)] });
    expect(readSettings({ FAL_KEY: "key" }, "/repo", true).apiKeys).not.toEqual(real.apiKeys);
    expect(readSettings({ FAL_KEY: "key", API_KEYS: "mine" }, "/repo", true).apiKeys).toEqual(["mine"]);
    expect(() => readSettings({}, "/repo", true)).toThrow(/^FAL_KEY: expected your fal key[^\n]+--real-fal[^\n]+$/);
  });

  it("the local stack's settings prefer FAL_ENDPOINT_URL to the real fal, and send it FAL_KEY", () => {
    const env = { FAL_KEY: "key", FAL_ENDPOINT_URL: "http://localhost:1" };
    const other = { realFal: false, falKey: "key", falEndpointUrl: "http://localhost:1" };
    expect(readSettings(env, "/repo")).toMatchObject(other);
    expect(readSettings(env, "/repo", true)).toMatchObject(other);
  });

  it("the local stack's settings reject a FAL_KEY that is not a valid HTTP header value", () => {
    const read = () => readSettings({ FAL_KEY: "key\n", FAL_ENDPOINT_URL: "http://localhost:1" }, "/repo");
    expect(read).toThrow(/^FAL_KEY: expected [^\n]+$/);
  });

  it("the local stack's settings override only the template variables that are set", () => {
    const unset = readSettings({}, "/repo");
    expect(Object.keys(unset.overrides)).toEqual(["PUBLIC_URL", "FIRST_CHECK_SECONDS", "SUBMISSION_WINDOW_SECONDS"]);
    expect(Object.keys(unset.additions)).toEqual(["CALLBACK_ALLOW_LOOPBACK"]);
    const set = {
      ARCHIVE_VIDEOS: "false",
      FAL_STORE_IO: "false",
      FAL_NO_RETRY: "true",
      FAL_DISABLE_FALLBACKS: "false",
      FAL_UPLOADS_PER_DAY: "0",
      FAL_MEDIA_LIFETIME_SECONDS: "3600",
      FAL_USER_ID: "github|12345",
      DAILY_BUDGETS: '{"*":0.5}',
    };
    const { overrides, additions } = readSettings(set, "/repo");
    expect({ ...overrides, ...additions }).toMatchObject(set);
  });

  it("the local stack's settings accept fal's endpoint ids with or without spaces between them", () => {
    const read = (FAL_ENDPOINT_IDS: string) => readSettings({ FAL_ENDPOINT_IDS }, "/repo").overrides.FAL_ENDPOINT_IDS;
    expect(read("decart/lucy-i2v")).toBe("decart/lucy-i2v");
    expect(read("decart/lucy-i2v, fal-ai/any.model/v2")).toBe("decart/lucy-i2v,fal-ai/any.model/v2");
  });

  it("the local stack's settings use the user's own key for the user's own S3, and for nothing else", () => {
    const key = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-west-1" };
    const url = { AWS_ENDPOINT_URL_S3: "http://localhost:9000/" };
    expect(readSettings(key, "/repo").caller).toEqual(readSettings(url, "/repo").caller);
    const { s3Url, caller } = readSettings({ ...key, ...url }, "/repo");
    expect(s3Url).toBe("http://localhost:9000");
    expect(caller).toEqual({ region: "eu-west-1", credentials: { accessKeyId: "id", secretAccessKey: "secret" } });
    const half = () => readSettings({ ...url, AWS_ACCESS_KEY_ID: "id" }, "/repo");
    expect(half).toThrow(/^AWS_SECRET_ACCESS_KEY: expected [^\n]+$/);
  });

  it.each([
    ["PORT", "0"],
    ["PORT", "4000.5"],
    ["PORT", "4e3"],
    ["PORT", " 4000"],
    ["SWEEP_SECONDS", "-1"],
    ["FIRST_CHECK_SECONDS", "soon"],
    ["SUBMISSION_WINDOW_SECONDS", "99999999999"],
    ["RENDER_SECONDS", "-1"],
    ["RETENTION_DAYS", "0"],
    ["THROTTLE_PER_SECOND", "0"],
    ["API_KEYS", "one,,two"],
    ["API_KEYS", "one,one"],
    ["API_KEYS", "with space"],
    ["PUBLIC_URL", "localhost:4000"],
    ["PUBLIC_URL", "ftp://localhost"],
    ["FAL_ENDPOINT_URL", "http://user:word@localhost:1"],
    ["AWS_ENDPOINT_URL_DYNAMODB", "yes"],
    ["AWS_ENDPOINT_URL_S3", "s3.example"],
    ["ARCHIVE_VIDEOS", "no"],
    ["FAL_STORE_IO", "0"],
    ["FAL_NO_RETRY", "1"],
    ["FAL_DISABLE_FALLBACKS", "no"],
    ["FAL_UPLOADS_PER_DAY", "-1"],
    ["FAL_MEDIA_LIFETIME_SECONDS", "0"],
    ["DYNAMODB_ENGINE", "sqlite"],
    ["CALLBACK_ALLOW_LOOPBACK", "1"],
    ["DAILY_BUDGETS", '{"a":"1"}'],
    ["DAILY_BUDGETS", '{"a":-1}'],
    ["DAILY_BUDGETS", "5"],
    ["OWNERS", "[]"],
    ["OWNERS", '{"a":1}'],
    ["OWNERS", "{"],
    ["FAL_ENDPOINT_IDS", "https://fal.ai/models"],
    ["FAL_ENDPOINT_IDS", "lucy"],
    ["FAL_ENDPOINT_IDS", "a/b,"],
    ["FAL_ENDPOINT_IDS", "a/b,a/b"],
  ])("the local stack's settings reject %s=%j in one line that names it", (variable, value) => {
    const read = () => readSettings({ [variable]: value }, "/repo");
    expect(read).toThrow(SettingError);
    expect(read).toThrow(new RegExp(`^${variable}: expected [^\n]+$`));
  });
});
