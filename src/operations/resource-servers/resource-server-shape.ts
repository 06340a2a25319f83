import type { ResourceServerScopeType, ResourceServerType } from "@aws-sdk/client-cognito-identity-provider";
import type { ResourceServer } from "../../directory/resource-servers.ts";
import { Refusal } from "../../lib/refusal.ts";
import type { Checked } from "../operation.ts";

/** A resource server as every operation shows it. */
export const toResourceServerType = ({ poolId, identifier, name, scopes }: ResourceServer): ResourceServerType => ({
  UserPoolId: poolId,
  Identifier: identifier,
  Name: name,
  Scopes: scopes.map((scope) => ({ ScopeName: scope.name, ScopeDescription: scope.description })),
});

/** The scopes of an input; none when they were left out. @throws Refusal InvalidParameterException when two have one name */
export function readScopeList(sent: Checked<ResourceServerScopeType>[] = []): ResourceServer["scopes"] {
  if (new Set(sent.map(({ ScopeName }) => ScopeName)).size < sent.length) {
    throw new Refusal("InvalidParameterException", "The names of the scopes of a resource server must differ.");
  }
  return sent.map(({ ScopeName, ScopeDescription }) => ({ name: ScopeName, description: ScopeDescription }));
}

export const resourceServerNotFound = (identifier: string): Refusal =>
  new Refusal("ResourceNotFoundException", `Resource server ${identifier} does not exist.`);
