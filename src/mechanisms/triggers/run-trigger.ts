import type { LambdaConfigType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";

/** A point at which a pool's owner can have their own code decide, named as in `LambdaConfig`. */
export type Trigger = Exclude<keyof LambdaConfigType, "KMSKeyID" | "PreTokenGenerationConfig" | "InboundFederation">;

/** What a trigger is told (Amazon Cognito: customizing user pool workflows, common trigger event). */
export interface TriggerEvent<Response extends object> {
  /** `triggerSource`, such as `PreSignUp_SignUp`. */
  source: string;
  /** Absent for operations of an administrator that name no client. */
  clientId?: string | undefined;
  userName: string;
  request: Record<string, unknown>;
  /** The response members preset as the trigger finds them. */
  response: Response;
}

/** The ARN that a pool names for a trigger. */
export function arnOf(config: LambdaConfigType | undefined, trigger: Trigger): string | undefined {
  switch (trigger) {
    case "PreTokenGeneration":
      return config?.PreTokenGenerationConfig?.LambdaArn ?? config?.PreTokenGeneration;
    case "CustomEmailSender":
    case "CustomSMSSender":
      return config?.[trigger]?.LambdaArn;
    default:
      return config?.[trigger];
  }
}

/**
 * Asks a trigger and returns its response; the preset one where the pool has no such trigger.
 * A trigger that is configured but cannot be reached refuses the operation, as Cognito does: to go on without asking
 * would let in whom the owner's code might have turned away. Reaching them is not built yet.
 * @throws Refusal UnexpectedLambdaException
 */
export async function runTrigger<Response extends object>(
  call: Call,
  pool: Pool,
  trigger: Trigger,
  event: TriggerEvent<Response>,
): Promise<Response> {
  const arn = arnOf(pool.settings.LambdaConfig, trigger);
  if (arn === undefined) return event.response;
  call.log("trigger-unreachable", { trigger, source: event.source, arn });
  throw new Refusal("UnexpectedLambdaException", `${trigger} invocation failed due to configuration.`);
}
