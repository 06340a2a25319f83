import { Refusal } from "../../lib/refusal.ts";
import type { Texts } from "../../ui/texts/en.ts";
import { attributeFaults, attributeLabel, NONCONFORMING } from "./attribute-messages.ts";

type Key = {
  [Name in keyof Texts["errors"]]: Texts["errors"][Name] extends string ? Name : never;
}[keyof Texts["errors"]];

/** Refusals that a person can do something about. */
const BY_NAME: ReadonlyMap<string, Key> = new Map([
  ["NotAuthorizedException", "wrongPassword"],
  ["UserNotFoundException", "wrongPassword"],
  ["InvalidPasswordException", "weakPassword"],
  ["PasswordHistoryPolicyViolationException", "passwordUsed"],
  ["CodeMismatchException", "wrongCode"],
  ["EnableSoftwareTokenMFAException", "wrongCode"],
  ["ExpiredCodeException", "expiredCode"],
  ["LimitExceededException", "tooManyTries"],
  ["TooManyFailedAttemptsException", "tooManyTries"],
  ["TooManyRequestsException", "tooManyTries"],
  ["UsernameExistsException", "usernameTaken"],
  ["AliasExistsException", "emailTaken"],
  ["CodeDeliveryFailureException", "notSent"],
  ["PasswordsDiffer", "passwordsDiffer"],
  ["CaptchaFailed", "captchaFailed"],
  ["PasskeyFailed", "passkeyFailed"],
  ["WebAuthnChallengeNotFoundException", "passkeyFailed"],
  ["WebAuthnClientMismatchException", "passkeyFailed"],
  ["WebAuthnCredentialNotSupportedException", "passkeyFailed"],
  ["WebAuthnOriginNotAllowedException", "passkeyFailed"],
  ["WebAuthnRelyingPartyMismatchException", "passkeyFailed"],
  ["WebAuthnConfigurationMissingException", "notAvailable"],
  ["WebAuthnNotEnabledException", "notAvailable"],
]);

/** Where the name alone says too little: the beginning of the message tells more. */
const BY_MESSAGE: readonly (readonly [begins: string, tell: Key | ((texts: Texts, message: string) => string)])[] = [
  ["A user can have up to", "notAvailable"],
  ["Invalid passkey credential", "passkeyFailed"],
  ["Password attempts exceeded", "tooManyTries"],
  ["Code attempts exceeded", "tooManyTries"],
  ["Temporary password has expired", "temporaryPasswordExpired"],
  ["User is disabled", "disabled"],
  ["Contact administrator to reset password", "notAvailable"],
  ["User password cannot be reset", "notAvailable"],
  ["SignUp is not permitted", "notAllowed"],
  ["An account with the given email", "emailTaken"],
  ["An account with the given phone_number", "phoneTaken"],
  ["Invalid email address format", "badEmail"],
  ["Invalid phone number format", "badPhone"],
  ["An account with the phone_number", "phoneTaken"],
  ["A client attempted to write unauthorized", "notAllowed"],
  ["Cannot resend codes", "notAvailable"],
  [NONCONFORMING, attributeFaults],
  ["Cannot reset password for the user", "notAvailable"],
  ["Missing required parameter PASSWORD", "wrongPassword"],
  ["Missing required parameter NEW_PASSWORD", "weakPassword"],
  ["Missing required parameter USERNAME", ({ errors, username }) => errors.missing(username)],
  ["USERNAME is ", ({ errors, username }) => errors.badValue(username)],
  ["Username should be an email", "badEmail"],
  ["Username should be a phone", "badPhone"],
  ["Username should be", ({ errors, email, or, phone }) => errors.badValue(`${email} ${or} ${phone}`)],
  ["Username cannot be", ({ errors, username }) => errors.badValue(username)],
  ["preferred_username is an alias", (texts) => texts.errors.badValue(attributeLabel(texts, "preferred_username"))],
];

/**
 * What a person is told of a refusal, or undefined where they can do nothing about it. What a trigger of the owner says is
 * meant for them (Amazon Cognito: managed login, messages of triggers).
 */
export function messageOf(texts: Texts, thrown: unknown): string | undefined {
  if (!(thrown instanceof Refusal)) return undefined;
  if (thrown.name === "UserLambdaValidationException") return thrown.message;
  const { name, message } = thrown;
  const tell = BY_MESSAGE.find(([begins]) => message.startsWith(begins))?.[1] ?? BY_NAME.get(name);
  return typeof tell === "function" ? tell(texts, message) : tell && texts.errors[tell];
}
