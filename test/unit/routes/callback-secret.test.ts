import { describe, expect, it } from "vitest";
import { callbackSecrets } from "../../../lambdas/deliver/callback-secrets.ts";
import { gatewayEvent } from "../../support/events.ts";
import { hourMs, secretsIn, settledJob, verified } from "../deliver/settled-job.ts";

type Scene = Awaited<ReturnType<typeof settledJob>>;

function rotate({ service }: Scene, apiKeyId = "owner-1") {
  return service.rotateSecret(gatewayEvent({ resource: "/callback-secret/rotate", apiKeyId, headers: {} }));
}

/** Sends the job's event, and returns which of these secrets verify it. */
async function verifying(scene: Scene, secrets: readonly string[]): Promise<readonly string[]> {
  await scene.redeliver();
  await scene.tell();
  const callback = scene.service.callbacks.at(-1);
  return secrets.filter((secret) => {
    try {
      return callback && verified(callback, secret, scene.state.nowMs) !== undefined;
    } catch {
      return false;
    }
  });
}

describe("a callback secret", () => {
  it("a callback secret is separate for each owner, and the same each time it is read", async () => {
    const scene = await settledJob();
    const mine = await secretsIn(scene);
    expect(mine).toEqual({ secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/), previous: [] });
    expect(await secretsIn(scene)).toEqual(mine);
    expect((await secretsIn(scene, "owner-2")).secret).not.toBe(mine.secret);
  });

  it("a callback secret is derived only from the master secret, the owner and the version", async () => {
    const of = async (master: string, owner: string, secret_version: number) => {
      const item = { id: `owner#${owner}`, secret_version, rotated_at: [] };
      return (await callbackSecrets(master, owner, item, 0)).current;
    };
    const secrets = [of("m", "a", 1), of("m", "a", 2), of("m", "b", 1), of("n", "a", 1), of("m", 'a",2,"', 1)];
    expect(new Set(await Promise.all(secrets)).size).toBe(5);
    expect(await of("m", "a", 1)).toBe(await secrets[0]);
  });

  it("P24: a callback secret rotated once leaves old and new valid for 24 hours, and then only the new one", async () => {
    const scene = await settledJob();
    await scene.tell();
    scene.state.nowMs += hourMs;
    const { secret: old } = await secretsIn(scene);
    const rotated = await rotate(scene);
    const { secret, previous } = JSON.parse(rotated.body);
    expect(rotated.statusCode).toBe(200);
    expect(previous).toEqual([{ secret: old, until: new Date(scene.state.nowMs + 24 * hourMs).toISOString() }]);
    expect(await secretsIn(scene)).toEqual({ secret, previous });
    expect(await verifying(scene, [old, secret])).toEqual([old, secret]);
    scene.state.nowMs += 24 * hourMs - 10_000;
    expect(await verifying(scene, [old, secret])).toEqual([old, secret]);
    scene.state.nowMs += 10_000;
    expect(await secretsIn(scene)).toEqual({ secret, previous: [] });
    expect(await verifying(scene, [old, secret])).toEqual([secret]);
  });

  it("a callback secret rotated twice in a day leaves all three valid, each until its own time", async () => {
    const scene = await settledJob();
    await scene.tell();
    const secrets = [(await secretsIn(scene)).secret];
    for (let rotations = 0; rotations < 2; rotations++) {
      secrets.push(JSON.parse((await rotate(scene)).body).secret);
      scene.state.nowMs += 10 * hourMs;
    }
    const [, second, third] = secrets;
    expect((await secretsIn(scene)).previous.map(({ secret }) => secret)).toEqual([second, secrets[0]]);
    expect(await verifying(scene, secrets)).toEqual(secrets);
    scene.state.nowMs += 4 * hourMs;
    expect(await verifying(scene, secrets)).toEqual([second, third]);
    scene.state.nowMs += 10 * hourMs;
    expect(await verifying(scene, secrets)).toEqual([third]);
  });

  it("a callback secret rotated by two callers at once is rotated twice, and both returned secrets verify", async () => {
    const scene = await settledJob();
    await scene.tell();
    const answers = await Promise.all([rotate(scene), rotate(scene)]);
    const given = answers.map(({ body }) => String(JSON.parse(body).secret));
    expect(new Set(given).size).toBe(2);
    expect((await verifying(scene, given)).length).toBe(2);
  });

  it("a callback secret cannot be rotated by another owner", async () => {
    const scene = await settledJob();
    const before = await secretsIn(scene);
    await rotate(scene, "owner-2");
    expect(await secretsIn(scene)).toEqual(before);
  });

  it("P24: a callback secret rotated six times in a minute is a 429 at the sixth, and each secret stays valid for its day", async () => {
    const scene = await settledJob();
    await scene.tell();
    const secrets = [(await secretsIn(scene)).secret];
    for (let rotations = 0; rotations < 5; rotations++) {
      secrets.push(JSON.parse((await rotate(scene)).body).secret);
      scene.state.nowMs += 10_000;
    }
    const refused = await rotate(scene);
    expect([refused.statusCode, JSON.parse(refused.body).code]).toEqual([429, "rate_limited"]);
    expect(refused.headers?.["retry-after"]).toBe(String(24 * 3600 - 50));
    scene.state.nowMs += 20 * hourMs;
    expect(await verifying(scene, secrets)).toEqual(secrets);
  });
});
