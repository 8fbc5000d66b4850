import { leadingTo, post } from "./receivers.ts";

/** A process of its own, because Node reads NODE_EXTRA_CA_CERTS at its start: sends one callback, whose name leads here, and prints the answer. */
process.stdout.write(JSON.stringify(await post(process.argv[2] ?? "", { lookup: leadingTo("127.0.0.1") })));
