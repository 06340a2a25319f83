import type { Call } from "../call.ts";
import { describeError } from "../lib/log.ts";

/**
 * Sends something after the answer has left: nobody who waits for that learns of it, neither by its time nor by its failure.
 * @param source what it is, for the log, such as `CustomMessage_SignUp`
 */
export function sendLater(call: Call, source: string, send: () => Promise<unknown>): void {
  const work = async () => {
    await scheduler.wait(0);
    try {
      await send();
    } catch (error) {
      call.log("undelivered", { source, ...describeError(error) });
    }
  };
  call.waitUntil(work());
}
