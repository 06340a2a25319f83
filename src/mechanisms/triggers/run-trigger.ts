import type { LambdaConfigType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Pool } from "../../directory/pools.ts";
import { type Bytes, fromUtf8, utf8 } from "../../lib/encoding.ts";
import { Refusal } from "../../lib/refusal.ts";
import { invoke } from "./invoke.ts";
import { readResponse, type Responses, type Trigger } from "./responses.ts";
import { targetOf } from "./targets.ts";
import { type Outcome, Unreachable } from "./transports/transport.ts";

export type { Responses, Trigger } from "./responses.ts";

/** What a trigger is told (Amazon Cognito: customizing user pool workflows, common trigger event). */
export interface TriggerEvent<Response extends object = object> {
  /** `triggerSource`, such as `PreSignUp_SignUp`. */
  source: string;
  /** Absent for operations of an administrator that name no client. */
  clientId?: string | undefined;
  userName: string;
  request: Record<string, unknown>;
  /** The response members preset as the trigger finds them. */
  response: Response;
}

/** Characters of a function's error that are passed on. */
const LONGEST_ERROR = 4_096;

/** The ARN that a pool names for a trigger. */
export function arnOf(config: LambdaConfigType | undefined, trigger: Trigger): string | undefined {
  switch (trigger) {
    case "PreTokenGeneration":
      return config?.PreTokenGenerationConfig?.LambdaArn ?? config?.PreTokenGeneration;
    case "CustomEmailSender":
    case "CustomSMSSender":
    case "InboundFederation":
      return config?.[trigger]?.LambdaArn;
    default:
      return config?.[trigger];
  }
}

/**
 * Asks a trigger and returns its response; the preset one where the pool has no such trigger. It has five seconds, and
 * is asked three times where it cannot be reached. One that cannot be reached at all refuses the operation, as Cognito
 * does: to go on without asking would let in whom the owner's code might have turned away.
 * @returns members of the preset that the function leaves out stay as they are; unknown ones fall away
 * @throws Refusal UserLambdaValidationException when the function returns an error, UnexpectedLambdaException when it
 *   cannot be reached, InvalidLambdaResponseException when what it returns is not an event
 */
export async function runTrigger<Name extends Trigger>(
  call: Call,
  pool: Pool,
  trigger: Name,
  event: TriggerEvent<NoInfer<Responses[Name]>>,
): Promise<Responses[Name]> {
  const arn = arnOf(pool.settings.LambdaConfig, trigger);
  if (arn === undefined) return event.response;
  const version = versionOf(pool, trigger);
  const about = { trigger, source: event.source, arn };
  const outcome = await ask(call, pool, about, event, true);
  if ("error" in outcome) {
    call.log("trigger-failed", about);
    const said = outcome.error.slice(0, LONGEST_ERROR);
    throw new Refusal("UserLambdaValidationException", `${trigger} failed with error ${said}.`);
  }
  const response = readResponse(trigger, version, parse(outcome.reply));
  if (response === undefined) {
    call.log("trigger-unrecognizable", about);
    throw unrecognizable();
  }
  return { ...event.response, ...response };
}

/**
 * Tells a trigger whose reply nobody waits for, a custom sender. What goes wrong is logged, and reaches no caller
 * (Amazon Cognito: custom sender Lambda triggers). Never throws.
 */
export function tellTrigger(
  call: Call,
  pool: Pool,
  trigger: "CustomEmailSender" | "CustomSMSSender",
  event: TriggerEvent<Record<never, never>>,
): void {
  const arn = arnOf(pool.settings.LambdaConfig, trigger);
  if (arn === undefined) return;
  const about = { trigger, source: event.source, arn };
  const tell = async () => {
    try {
      const outcome = await ask(call, pool, about, event, false);
      if ("error" in outcome) call.log("trigger-failed", about);
    } catch (error) {
      // What cannot be reached was logged where it was found out.
      if (!(error instanceof Refusal)) call.log("trigger-broken", { ...about, error: (error as Error).name });
    }
  };
  call.waitUntil(tell());
}

/** What is thrown of a reply that cannot be acted upon. @param reason for the log */
export const unrecognizable = (reason?: string): Refusal =>
  new Refusal("InvalidLambdaResponseException", "Unrecognizable lambda output", reason === undefined ? {} : { reason });

/** @throws Refusal UnexpectedLambdaException */
async function ask(
  call: Call,
  pool: Pool,
  about: { trigger: Trigger; source: string; arn: string },
  event: TriggerEvent,
  wait: boolean,
): Promise<Outcome> {
  const { trigger, arn } = about;
  const unreachable = (code?: string) => {
    call.log("trigger-unreachable", about);
    const why = code === undefined ? "configuration" : `error ${code}`;
    return new Refusal("UnexpectedLambdaException", `${trigger} invocation failed due to ${why}.`);
  };
  let target: ReturnType<typeof targetOf>;
  try {
    target = targetOf(call.settings.triggers, arn);
  } catch (error) {
    call.log("trigger-misconfigured", { reason: (error as Error).message });
  }
  if (!target) throw unreachable();
  try {
    return await invoke(call, target, { arn, body: utf8(JSON.stringify(eventOf(call, pool, trigger, event))), wait });
  } catch (error) {
    throw error instanceof Unreachable ? unreachable(error.code) : error;
  }
}

/** Nothing of ours stands in it but what Cognito's own has. */
const eventOf = (
  call: Call,
  pool: Pool,
  trigger: Trigger,
  { source, clientId, userName, request, response }: TriggerEvent,
) => ({
  version: versionOf(pool, trigger),
  triggerSource: source,
  region: regionOf(pool),
  userPoolId: pool.id,
  userName,
  callerContext: {
    awsSdkVersion: sdkOf(call.from.userAgent),
    clientId: clientId ?? "CLIENT_ID_NOT_APPLICABLE",
  },
  request,
  response,
});

/** The version of a trigger's event. Only that of token generation has others than the first. */
function versionOf(pool: Pool, trigger: Trigger): "1" | "2" | "3" {
  const version =
    trigger === "PreTokenGeneration" && pool.settings.LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion;
  return version === "V2_0" ? "2" : version === "V3_0" ? "3" : "1";
}

const regionOf = ({ id }: Pool): string => id.slice(0, id.indexOf("_"));

/** The SDK that a user agent names, such as `aws-sdk-js-3.908.0`. */
function sdkOf(userAgent = ""): string {
  const [, name, version] = /(?:^|\s)(aws-sdk-[a-z\d-]{1,32})\/([\w.-]{1,64})/.exec(userAgent) ?? [];
  return name === undefined ? "aws-sdk-unknown-unknown" : `${name}-${version}`;
}

function parse(reply: Bytes | null): unknown {
  try {
    return JSON.parse((reply && fromUtf8(reply)) ?? "");
  } catch {
    return undefined;
  }
}
