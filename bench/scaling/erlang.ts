/** A queue with Poisson arrivals, exponential service times and some servers: M/M/c. */
export interface Load {
  readonly servers: number;
  /** Arrivals in the time that one service takes on average. It must be below `servers`. */
  readonly offered: number;
}

/** Erlang's C formula: the share of arrivals that must wait. */
export function waitShare({ servers, offered }: Load): number {
  let blocked = 1;
  for (let each = 1; each <= servers; each++) blocked = (offered * blocked) / (each + offered * blocked);
  const usage = offered / servers;
  return blocked / (1 - usage + usage * blocked);
}

/** The mean wait, in the unit of `serviceTime`. */
export function meanWait(load: Load, serviceTime: number): number {
  return (waitShare(load) * serviceTime) / (load.servers - load.offered);
}

/** The fewest servers with which at most `share` of the arrivals wait longer than `limit` (in service times). */
export function serversNeeded(offered: number, limit: number, share: number): number {
  for (let servers = Math.floor(offered) + 1; ; servers++) {
    const late = waitShare({ servers, offered }) * Math.exp(-(servers - offered) * limit);
    if (late <= share) return servers;
  }
}
