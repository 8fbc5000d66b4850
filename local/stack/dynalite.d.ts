declare module "dynalite" {
  import type { Server } from "node:http";

  /** Makes a DynamoDB server over LevelDB; without `path` it keeps everything in memory. Times are in milliseconds. */
  export default function dynalite(options: {
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }): Server;
}
