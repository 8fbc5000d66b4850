import { leadingTo, post } from "./receivers.ts";

/**
 * A separate process, because Node reads NODE_EXTRA_CA_CERTS at its start. Sends one callback to a name that resolves
 * to this machine, and prints the answer.
 */
process.stdout.write(JSON.stringify(await post(process.argv[2] ?? "", { lookup: leadingTo("127.0.0.1") })));
