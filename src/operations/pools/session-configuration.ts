import type { SetUserPoolSessionConfigurationCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import type { Pool } from "../../directory/pools.ts";
import { sessionsPerUser, tracksSessions } from "../../directory/session-settings.ts";
import type { Answer } from "../operation.ts";

/** What a pool says of sessions, as the operations on that show it. */
export const toSessionConfiguration = ({
  id,
  settings,
}: Pool): Answer<SetUserPoolSessionConfigurationCommandOutput> => ({
  UserPoolId: id,
  UserSessionTracking: tracksSessions(settings) ? "ENABLED" : "DISABLED",
  TokenSession: { MaxPerUser: sessionsPerUser(settings) },
});
