import { CognitoUser, CognitoUserPool, type ICognitoStorage } from "amazon-cognito-identity-js";
import type { App } from "./fixtures.ts";

/** What amazon-cognito-identity-js keeps in a browser. */
export function newStorage(): ICognitoStorage {
  const items = new Map<string, string>();
  return {
    setItem: (key, value) => void items.set(key, value),
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

/**
 * A user as the library knows one, with nothing changed but the endpoint.
 * @param Storage of the browser; one of their own unless said, so that nobody finds another's tokens
 */
export const libraryUser = (
  endpoint: string,
  { UserPoolId, ClientId }: App,
  Username: string,
  Storage = newStorage(),
): CognitoUser =>
  new CognitoUser({ Username, Pool: new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage }), Storage });
