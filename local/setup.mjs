// Runs before `npm start`, `npm test` and `npm run bench`, possibly on a fresh clone: Node's own modules only.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const lockPath = join(root, ".local", "setup.lock");
const waitTimeoutMs = 600_000;
const waitStepMs = 200;

main();

function main() {
  requireNode(20, 20);
  if (isInstalled()) return;
  lock();
  try {
    // Somebody else may have installed everything while we waited for the lock.
    if (!isInstalled()) install();
  } finally {
    rmSync(lockPath, { force: true });
  }
}

function requireNode(major, minor) {
  const [ourMajor, ourMinor] = process.versions.node.split(".").map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  fail(`fal-jobs needs Node ${major}.${minor} or later; this is Node ${process.versions.node}`);
}

// npm writes node_modules/.package-lock.json as the last step of an install, so it tells what is really there.
function isInstalled() {
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(
    ([path, { version, integrity, optional }]) =>
      path === "" ||
      (installed[path] ? installed[path].version === version && installed[path].integrity === integrity : optional),
  );
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return {};
  }
}

function install() {
  console.error("fal-jobs: installing dependencies (npm ci) …");
  const options = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const stdio = ["ignore", process.stderr.fd, process.stderr.fd];
  const result = npm?.endsWith(".js")
    ? spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio })
    : spawnSync("npm", options, { cwd: root, stdio, shell: process.platform === "win32" });
  if (result.status !== 0) {
    rmSync(lockPath, { force: true });
    fail("npm ci failed; see the lines above");
  }
}

function lock() {
  mkdirSync(dirname(lockPath), { recursive: true });
  const deadline = Date.now() + waitTimeoutMs;
  while (!tryLock()) {
    if (Date.now() > deadline) fail(`another install is still running; if not, remove ${lockPath}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitStepMs);
  }
}

function tryLock() {
  try {
    writeFileSync(lockPath, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!isHolderAlive()) rmSync(lockPath, { force: true });
    return false;
  }
}

// An empty file is a lock whose holder has not written its id yet.
function isHolderAlive() {
  try {
    const holder = readFileSync(lockPath, "utf8");
    if (holder !== "") process.kill(Number(holder), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function fail(message) {
  console.error(`fal-jobs: ${message}`);
  process.exit(1);
}
