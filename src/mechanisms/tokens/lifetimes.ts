import type { TimeUnitsType } from "@aws-sdk/client-cognito-identity-provider";
import type { ClientSettings } from "../../directory/pool.ts";

const SECONDS: Record<TimeUnitsType, number> = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };

/** Seconds that a client's tokens live (Amazon Cognito API: CreateUserPoolClient; 1 hour, 1 hour and 30 days unless set). */
export function tokenLifetimes(settings: ClientSettings): { access: number; id: number; refresh: number } {
  const units = settings.TokenValidityUnits;
  return {
    access:
      (settings.AccessTokenValidity || 1) * SECONDS[(settings.AccessTokenValidity && units?.AccessToken) || "hours"],
    id: (settings.IdTokenValidity || 1) * SECONDS[(settings.IdTokenValidity && units?.IdToken) || "hours"],
    refresh:
      (settings.RefreshTokenValidity || 30) * SECONDS[(settings.RefreshTokenValidity && units?.RefreshToken) || "days"],
  };
}

/** Milliseconds that a challenge waits for its answer (AuthSessionValidity, 3 minutes unless set). */
export const challengeLifetime = (settings: ClientSettings): number => (settings.AuthSessionValidity ?? 3) * 60_000;
