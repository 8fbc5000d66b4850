import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

interface Locked {
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly integrity?: string;
}

it("every package in the lock file that is downloaded has a checksum", async () => {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const downloaded = Object.entries(packages).filter(
    ([path, { link, inBundle }]) => path.includes("node_modules/") && !link && !inBundle,
  );
  expect(downloaded.length).toBeGreaterThan(200);
  expect(downloaded.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});
