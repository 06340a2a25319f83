import type { UICustomizationType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { UiCustomization } from "../../directory/ui-customizations.ts";
import { addressOfPool } from "../../flows/address-of-pool.ts";
import { logoPath } from "../../flows/look-of-client.ts";

/** A look as the operations show it; empty where there is none. */
export async function toUICustomizationType(
  call: Call,
  poolId: string,
  look: UiCustomization | undefined,
): Promise<UICustomizationType> {
  if (!look) return {};
  return {
    UserPoolId: poolId,
    ClientId: look.clientId,
    ...(look.imageType !== null && { ImageUrl: (await addressOfPool(call, poolId)) + logoPath(look) }),
    ...(look.css !== null && { CSS: look.css, CSSVersion: cssVersion(look) }),
    CreationDate: new Date(look.createdAt),
    LastModifiedDate: new Date(look.updatedAt),
  };
}

/** The time in Cognito's form, such as `20250115191928`, and what makes every write differ. */
export const newVersion = (now: number): string =>
  `${new Date(now).toISOString().replace(/\D/g, "").slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`;

const cssVersion = ({ version }: UiCustomization): string => version.slice(0, version.indexOf("-"));
