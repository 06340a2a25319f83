import { generateKeyPairSync } from "node:crypto";
import {
  AdminCreateUserCommand,
  type CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { buildDecrypt } from "@aws-crypto/decrypt-node";
import { CommitmentPolicy } from "@aws-crypto/material-management-node";
import { RawRsaKeyringNode } from "@aws-crypto/raw-rsa-keyring-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Event, ExampleFunction } from "../triggers/control.ts";
import { type ExampleTriggers, startTriggers } from "./example-triggers.ts";
import { makeApp, PASSWORD } from "./fixtures.ts";
import { type Server, sdkFor, startServer } from "./server.ts";

const ARN = "arn:aws:kms:us-east-1:000000000000:key/senders";
const NAMED = "arn:aws:kms:us-east-1:000000000000:key/named";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
const rsaKey = { privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string };

/** As an owner's function has them, with the keyring of AWS KMS exchanged for that of the key's private half. */
const keyring = new RawRsaKeyringNode({ keyNamespace: "limen", keyName: ARN, rsaKey, oaepHash: "sha256" });
const named = new RawRsaKeyringNode({ keyNamespace: "shop", keyName: "mail", rsaKey, oaepHash: "sha256" });

let triggers: ExampleTriggers;
let server: Server;
let sdk: CognitoIdentityProviderClient;
let fn: ExampleFunction;

beforeAll(async () => {
  triggers = await startTriggers();
  const SENDER_KEYS = JSON.stringify({
    [ARN]: { publicKey: pem },
    [NAMED]: { publicKey: pem, provider: "shop", name: "mail" },
  });
  server = await startServer({ TRIGGERS: triggers.TRIGGERS, SENDER_KEYS });
  sdk = sdkFor(server.origin);
  fn = triggers.newFunction();
});
afterAll(async () => {
  await server.close();
  await triggers.close();
});

const poolOf = (KMSKeyID: string) =>
  makeApp(sdk, {
    LambdaConfig: { KMSKeyID, CustomEmailSender: { LambdaVersion: "V1_0", LambdaArn: fn.arn } },
  });

const eventAbout = (userPoolId: string): Promise<Event> =>
  vi.waitFor(async () => {
    const event = (await fn.events()).find((each) => each.userPoolId === userPoolId);
    if (!event) throw new Error("no event yet");
    return event;
  });

const UserAttributes = [{ Name: "email", Value: "ann@example.com" }];

describe("[Amazon Cognito: custom sender Lambda triggers] the AWS Encryption SDK", () => {
  it.each([
    ["as published functions do", CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT],
    ["at its strictest", CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT],
  ])("decrypts the code, %s, which then confirms the user", async (_, policy) => {
    const { UserPoolId, ClientId } = await poolOf(ARN);
    await sdk.send(new SignUpCommand({ ClientId, Username: "ann", Password: PASSWORD, UserAttributes }));
    const { request } = await eventAbout(UserPoolId);
    const { decrypt } = buildDecrypt(policy);
    const { plaintext, messageHeader } = await decrypt(keyring, Buffer.from(request.code, "base64"));
    expect(messageHeader).toMatchObject({ version: 2, suiteId: 0x0478 });
    expect({ ...messageHeader.encryptionContext }).toEqual({ "userpool-id": UserPoolId });
    const ConfirmationCode = plaintext.toString("utf8");
    await sdk.send(new ConfirmSignUpCommand({ ClientId, Username: "ann", ConfirmationCode }));
    const AuthParameters = { USERNAME: "ann", PASSWORD };
    const signIn = new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
    expect((await sdk.send(signIn)).AuthenticationResult?.AccessToken).toBeDefined();
  });

  it("decrypts a temporary password, by the names that SENDER_KEYS gives the key, and by no others", async () => {
    const { UserPoolId } = await poolOf(NAMED);
    const TemporaryPassword = "T3mp & ünïcode <x>";
    const DesiredDeliveryMediums = ["EMAIL" as const];
    await sdk.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: "ann",
        TemporaryPassword,
        UserAttributes,
        DesiredDeliveryMediums,
      }),
    );
    const { request } = await eventAbout(UserPoolId);
    const { decrypt } = buildDecrypt();
    const { plaintext } = await decrypt(named, Buffer.from(request.code, "base64"));
    expect(plaintext.toString("utf8")).toBe("T3mp &amp; ünïcode &lt;x&gt;");
    await expect(decrypt(keyring, Buffer.from(request.code, "base64"))).rejects.toThrow(
      "unencryptedDataKey has not been set",
    );
  });
});
