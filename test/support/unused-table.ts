import type { JobTable } from "../../lambdas/table/job-table.ts";

/** A table whose every method fails; a test replaces the methods it expects to be called. */
export function unusedTable(reason = "This test expects no call of the table."): JobTable {
  const unused = () => Promise.reject(new Error(reason));
  return {
    add: unused,
    replace: unused,
    settle: unused,
    putTombstone: unused,
    readOwner: unused,
    rotateSecret: unused,
    lookUp: unused,
    read: unused,
    readSpent: unused,
    spend: unused,
    readTypicalDuration: unused,
    putTypicalDuration: unused,
    takeLease: unused,
    releaseLease: unused,
    addWaiting: unused,
    takeWaiting: unused,
    readFalHealth: unused,
    putFalHealth: unused,
    readPause: unused,
    list: unused,
    readMany: unused,
    readRows: unused,
    firstDueAt: unused,
    countDue: unused,
    due: () => {
      throw new Error(reason);
    },
  };
}
