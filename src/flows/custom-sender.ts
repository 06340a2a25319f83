import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import { toBase64 } from "../lib/encoding.ts";
import { encryptMessage, type WrappingKey } from "../lib/encryption-sdk.ts";
import { describeError } from "../lib/log.ts";
import { Refusal } from "../lib/refusal.ts";
import { senderKey } from "../mechanisms/messages/sender-keys.ts";
import type { Message } from "../mechanisms/messages/send.ts";
import { arnOf, tellTrigger } from "../mechanisms/triggers/run-trigger.ts";

const SENDERS = {
  email: { trigger: "CustomEmailSender", type: "customEmailSenderRequestV1" },
  sms: { trigger: "CustomSMSSender", type: "customSMSSenderRequestV1" },
} as const;

type Channel = Message["channel"];

/** Whether the pool's own code sends what would go out by this channel. */
export const hasSender = ({ settings }: Pool, channel: Channel): boolean =>
  arnOf(settings.LambdaConfig, SENDERS[channel].trigger) !== undefined;

/**
 * Refuses to begin what will end with a code where a custom sender of the pool could not be told the code, whoever it
 * is for: better now than when the code is stored and cannot leave.
 * @throws Refusal UnexpectedLambdaException
 */
export async function checkSenders(call: Call, pool: Pool): Promise<void> {
  for (const channel of ["email", "sms"] as const) if (hasSender(pool, channel)) await keyOf(call, pool, channel);
}

/**
 * Hands a code to the pool's custom sender, whose answer nobody waits for (Amazon Cognito: custom sender Lambda
 * triggers). Of this request the code leaves only encrypted, for the pool alone: its id is the encryption context, by
 * Cognito's name.
 * @param secret the code or password
 * @param source what stands after the underscore of the trigger source, such as `SignUp`
 * @throws Refusal UnexpectedLambdaException where the key of KMSKeyID is not configured
 */
export async function tellSender(
  call: Call,
  pool: Pool,
  channel: Channel,
  secret: string,
  {
    source,
    clientId,
    userName,
    told,
  }: { source: string; clientId: string | undefined; userName: string; told: Record<string, unknown> },
): Promise<void> {
  const { trigger, type } = SENDERS[channel];
  const sealed = await encryptMessage(secret, { "userpool-id": pool.id }, await keyOf(call, pool, channel));
  const request = { type, code: toBase64(sealed), ...told };
  tellTrigger(call, pool, trigger, { source: `${trigger}_${source}`, clientId, userName, request, response: {} });
}

/** @throws Refusal UnexpectedLambdaException */
async function keyOf(call: Call, pool: Pool, channel: Channel): Promise<WrappingKey> {
  const { trigger } = SENDERS[channel];
  const arn = pool.settings.LambdaConfig?.KMSKeyID;
  const key = await senderKey(call.settings.senderKeys, arn).catch((error: unknown) => {
    call.log("sender-keys-misconfigured", describeError(error));
  });
  if (key) return key;
  call.log("sender-key-missing", { trigger, key: arn });
  throw new Refusal("UnexpectedLambdaException", `${trigger} invocation failed due to configuration.`);
}
