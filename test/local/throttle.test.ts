import { describe, expect, it } from "vitest";
import { readTemplate } from "../../local/stack/template.ts";
import { makeThrottle } from "../../local/stack/throttle.ts";
import { smallTemplate } from "./small-template.ts";

describe("a token bucket", () => {
  it("a token bucket lets a burst through, then its rate, and is nobody else's", () => {
    const throttle = makeThrottle();
    const rate = { perSecond: 10, burst: 3 };
    const passed = (bucket: string, nowMs: number) =>
      Array.from({ length: 5 }, () => throttle(bucket, rate, nowMs)).filter(Boolean).length;
    expect([passed("one", 0), passed("one", 200), passed("two", 200), passed("one", 60_000)]).toEqual([3, 2, 3, 3]);
  });

  it("a token bucket without a rate is never empty", () => {
    const throttle = makeThrottle();
    expect(Array.from({ length: 100 }, () => throttle("one", undefined, 0))).not.toContain(false);
  });
});

describe("the limits of a template", () => {
  const setting = (HttpMethod: string, ResourcePath: string, rate: number) => ({
    HttpMethod,
    ResourcePath,
    ThrottlingRateLimit: rate,
    ThrottlingBurstLimit: rate * 2,
  });
  const template = {
    Resources: {
      ...smallTemplate.Resources,
      Stage: {
        Type: "AWS::ApiGateway::Stage",
        Properties: {
          StageName: "prod",
          MethodSettings: [setting("*", "/*", 5), setting("GET", "/~1jobs~1{id}", 400)],
        },
      },
      Plan: {
        Type: "AWS::ApiGateway::UsagePlan",
        Properties: { Throttle: { RateLimit: 100, BurstLimit: 500 } },
      },
    },
  };
  const read = (from: unknown) => readTemplate(from, new Map([["echo", "."]])).api;

  it("the limits of a template are the usage plan's for each key, and the stage's for each method", () => {
    const { keyThrottle, routes } = read(template);
    expect(keyThrottle).toEqual({ perSecond: 100, burst: 500 });
    for (const { method, resourcePath, throttle } of routes) {
      const isJob = method === "GET" && resourcePath === "/jobs/{id}";
      expect(throttle).toEqual(isJob ? { perSecond: 400, burst: 800 } : { perSecond: 5, burst: 10 });
    }
  });

  it("the limits of a template without any are none", () => {
    const { keyThrottle, routes } = read(smallTemplate);
    expect([keyThrottle, ...routes.map(({ throttle }) => throttle)]).toEqual(Array(routes.length + 1).fill(undefined));
  });
});
