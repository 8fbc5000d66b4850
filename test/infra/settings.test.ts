import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "../../infra/settings.ts";

describe("the stack's settings", () => {
  test("the stack's settings have defaults", () => {
    expect(readSettings({})).toEqual({
      stackName: "FalJobs",
      stageName: "prod",
      endpointIds: ["decart/lucy-14b/image-to-video", "decart/lucy-i2v"],
      formerUrls: [],
      owners: {},
      rateLimitPerSecond: 100,
      burstLimit: 500,
      routeRatePerSecond: 400,
      routeBurst: 1000,
      keylessRatePerSecond: 5,
      keylessBurst: 10,
      accountConcurrency: 1000,
      webhookRatePerSecond: 500,
      webhookBurst: 1000,
      workersPerOwner: 10,
      waitsPerOwner: 10,
      streamsPerOwner: 10,
      dailyBudgets: {},
      prices: {
        "decart/lucy-14b/image-to-video": { per_second: 0.08, seconds: 5 },
        "decart/lucy-i2v": { per_second: 0.08, seconds: 5 },
      },
      retentionDays: 30,
      archive: true,
      storePayloadsAtFal: true,
      falNoRetry: false,
      falDisableFallbacks: true,
      falUploadsPerDay: 0,
      firstCheckSeconds: 60,
      submissionWindowSeconds: 2700,
      logRetentionDays: 30,
      manageApiGatewayAccount: true,
      protect: false,
      disableExecuteApiEndpoint: false,
    });
  });

  test("P29: the stack's settings with budgets need a price for every endpoint", () => {
    const settings = { endpointIds: ["decart/lucy-i2v", "fal-ai/other"], dailyBudgets: { "*": 5 } };
    expect(() => readSettings(settings)).toThrow("prices: expected a price for fal-ai/other, because dailyBudgets");
    const prices = { "fal-ai/other": { per_second: 0.1, seconds: 4 } };
    expect(readSettings({ ...settings, prices }).prices).toMatchObject(prices);
    expect(readSettings({ endpointIds: settings.endpointIds }).dailyBudgets).toEqual({});
  });

  test.each([
    ["rate", 5, "rate: unknown setting; the settings are stackName, stageName"],
    ["rateLimitPerSecond", "fast", 'rateLimitPerSecond: expected a whole number from 1 to 10000, got "fast"'],
    ["rateLimitPerSecond", 1.5, "expected a whole number"],
    ["rateLimitPerSecond", "7", "expected a whole number"],
    ["rateLimitPerSecond", "", "expected a whole number"],
    ["burstLimit", true, "burstLimit: expected a whole number"],
    ["webhookRatePerSecond", 50, "webhookRatePerSecond: expected at least routeRatePerSecond"],
    ["webhookBurst", 50, "webhookBurst: expected at least routeBurst"],
    ["rateLimitPerSecond", 400, "rateLimitPerSecond: expected less than routeRatePerSecond, because one API key"],
    ["burstLimit", 1000, "burstLimit: expected less than routeBurst"],
    ["sweepConcurrency", 1, "sweepConcurrency: expected a whole number from 2 to 1000"],
    ["accountConcurrency", 9, "accountConcurrency: expected a whole number from 10"],
    ["streamsAtOnce", 0, "streamsAtOnce: expected a whole number from 1 to 1000"],
    [
      "retentionDays",
      4,
      "expected a whole number from 5 to 3650, because a job must be kept until its last callback, got 4",
    ],
    ["dailyBudgets", 5, "dailyBudgets: expected a JSON object from owners to US dollars per day"],
    ["dailyBudgets", { studio: "5" }, "dailyBudgets: expected a JSON object"],
    ["dailyBudgets", { studio: -1 }, "dailyBudgets: expected a JSON object"],
    ["dailyBudgets", { "stu*": 5 }, "dailyBudgets: expected a JSON object"],
    ["prices", { "a/b": 0.4 }, "prices: expected a JSON object from endpoint ids to prices"],
    ["prices", { "a/b": { per_second: 0.1 } }, "prices: expected a JSON object"],
    ["prices", { "a/b": { per_request: -1 } }, "prices: expected a JSON object"],
    ["archive", "yes", "archive: expected true or false"],
    ["storePayloadsAtFal", 0, "storePayloadsAtFal: expected true or false"],
    ["falMediaLifetimeSeconds", 60, "falMediaLifetimeSeconds: expected a whole number from 3600 to 31536000"],
    ["firstCheckSeconds", 5, "firstCheckSeconds: expected a whole number from 20 to 3600"],
    ["logRetentionDays", 31, "logRetentionDays: expected a period that CloudWatch Logs supports"],
    ["manageApiGatewayAccount", "no", "manageApiGatewayAccount: expected true or false"],
    ["endpointId", "a/b", 'endpointId: unknown setting; did you mean "endpointIds"?'],
    ["endpointIds", "decart/lucy-i2v", "endpointIds: expected a JSON array of distinct fal endpoint ids"],
    ["endpointIds", [], "endpointIds: expected a JSON array"],
    ["endpointIds", ["lucy"], "endpointIds: expected a JSON array"],
    ["endpointIds", ["a/b,c/d"], "endpointIds: expected a JSON array"],
    ["endpointIds", ["a/b", "a/b"], "endpointIds: expected a JSON array of distinct"],
    ["falEndpointUrl", "http://localhost:4001/", "falEndpointUrl: expected an origin"],
    ["publicUrl", "https://jobs.example.com/", "publicUrl: expected an https URL without a trailing slash"],
    ["publicUrl", "http://jobs.example.com", "publicUrl: expected an https URL"],
    ["owners", "{", "owners: expected a JSON object from API key ids to owners"],
    ["owners", { a1: "two words" }, "owners: expected a JSON object"],
    ["stageName", "a/b", "stageName: expected letters, digits, hyphens and underscores"],
    ["stackName", "1st", "stackName: expected letters"],
    ["kmsKeyArn", "alias/media", "kmsKeyArn: expected a key's ARN"],
    ["ipRateLimit", 5, "ipRateLimit: expected a whole number from 10 to 2000000000"],
    ["alarmEmail", "nobody", "alarmEmail: expected an e-mail address"],
  ])("the stack's settings reject %s = %j and state what was expected", (name, value, message) => {
    const read = () => readSettings({ [name]: value });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(message);
  });

  test("A22: the stack's settings reject a reservation that a new account would refuse", () => {
    expect(readSettings({ accountConcurrency: 10 }).accountConcurrency).toBe(10);
    const read = (accountConcurrency: number) =>
      readSettings({
        accountConcurrency,
        workersPerOwner: 2,
        sweepConcurrency: 4,
        reservedConcurrency: 3,
        proxyReadsAtOnce: 3,
      });
    expect(() => read(19)).toThrow("accountConcurrency: expected at least 20, because Lambda refuses reservations");
    expect(read(20)).toMatchObject({ sweepConcurrency: 4, reservedConcurrency: 3, proxyReadsAtOnce: 3 });
  });

  test("P30: the stack's settings reject a sweep that one owner's checks of large results would throttle", () => {
    const read = (sweepConcurrency: number) => readSettings({ workersPerOwner: 5, sweepConcurrency });
    expect(() => read(6)).toThrow("sweepConcurrency: expected at least 7, 2 more than workersPerOwner, because checks");
    expect(read(7)).toMatchObject({ workersPerOwner: 5, sweepConcurrency: 7 });
  });

  test("the stack's settings reject a first check that comes after fal has deleted a large result", () => {
    const read = (firstCheckSeconds: number) => readSettings({ storePayloadsAtFal: false, firstCheckSeconds });
    expect(() => read(301)).toThrow("firstCheckSeconds: expected at most 300 if storePayloadsAtFal is false");
    expect(read(300)).toMatchObject({ storePayloadsAtFal: false, firstCheckSeconds: 300 });
  });

  test("the stack's settings allow videos to expire at fal without a copy, when both settings say so", () => {
    const settings = { archive: false, falMediaLifetimeSeconds: 3600 };
    expect(readSettings(settings)).toMatchObject(settings);
  });

  test("the stack's settings suggest the setting that was probably meant", () => {
    expect(() => readSettings({ retentionDay: 30 })).toThrow(
      /retentionDay: unknown setting; did you mean "retentionDays"\?$/,
    );
    expect(() => readSettings({ colour: "red" })).toThrow(/alarmEmail$/);
  });

  test("the stack's settings report every problem at once", () => {
    expect(() => readSettings({ burstLimit: 0, colour: "red" })).toThrow(/burstLimit: (.|\n)*colour: /);
  });
});
