import { lambda } from "./lambda.ts";
import { service } from "./service.ts";
import type { Transport } from "./transport.ts";
import { webhook } from "./webhook.ts";

/** The ways to reach functions. */
export const transports: readonly Transport[] = [service, webhook, lambda];
