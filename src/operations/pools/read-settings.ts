import type { CreateUserPoolCommandInput, UpdateUserPoolCommandInput } from "@aws-sdk/client-cognito-identity-provider";
import type { PoolSettings } from "../../directory/pool.ts";
import type { Checked } from "../operation.ts";

/** What Cognito freezes when a pool is made, and here its owner may change. */
type Frozen = Pick<
  CreateUserPoolCommandInput,
  "AliasAttributes" | "Schema" | "UsernameAttributes" | "UsernameConfiguration"
>;

export type UpdateUserPoolInput = UpdateUserPoolCommandInput & Frozen;

/** The settings of a new pool: what was sent, without members that are kept elsewhere. */
export function newSettings(input: Checked<CreateUserPoolCommandInput>): PoolSettings {
  const { PoolName: _, UserPoolTags: __, Schema: ___, ...settings } = input;
  return withoutEmptyLists(settings);
}

/**
 * The settings of a changed pool: what was sent, and nothing of before (Amazon Cognito API: UpdateUserPool) but what that
 * operation of Cognito cannot set: how people are named, the factors of SetUserPoolMfaConfig, what
 * SetUserPoolSessionConfiguration says, and what Cognito has not.
 */
export function changedSettings(before: PoolSettings, input: Checked<UpdateUserPoolInput>): PoolSettings {
  const { UserPoolId: _, PoolName: __, UserPoolTags: ___, Schema: ____, ...sent } = input;
  const { AliasAttributes, UsernameAttributes, UsernameConfiguration, OAuthConfiguration, mfa, sessions } = before;
  const kept = Object.entries({
    AliasAttributes,
    UsernameAttributes,
    UsernameConfiguration,
    OAuthConfiguration,
    mfa: factorsOf(mfa),
    sessions,
  });
  return withoutEmptyLists({ ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), ...sent });
}

/** SMS stays off as a factor where there is another: UpdateUserPool switches MFA on with SMS alone. */
function factorsOf(mfa: PoolSettings["mfa"]): PoolSettings["mfa"] {
  if (!mfa || mfa.softwareToken || mfa.email) return mfa;
  const { sms: _, ...others } = mfa;
  return others;
}

/** An empty list says the same as none, and is described as none. */
const withoutEmptyLists = (settings: PoolSettings): PoolSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => !Array.isArray(value) || value.length > 0));
