import type { Operation } from "./operation.ts";

/** The operations of AWSCognitoIdentityProviderService that are built, by their names on the wire. */
export const userPools: ReadonlyMap<string, Operation> = new Map(Object.entries({}));
