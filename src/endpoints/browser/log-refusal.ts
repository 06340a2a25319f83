import type { Call } from "../../call.ts";
import type { Refusal } from "../../lib/refusal.ts";

/** Logs a refusal that a person is told of in words of the page. @param target what they asked for, such as a path */
export const logRefusal = (call: Pick<Call, "log">, target: string, { name, reason, message }: Refusal): void =>
  call.log("refused", { target, name, reason: reason ?? message });
