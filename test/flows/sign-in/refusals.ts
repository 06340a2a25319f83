// What sign-ins are refused with.

export const FAILED = { name: "NotAuthorizedException", message: "Incorrect username or password." };
export const USED = {
  name: "NotAuthorizedException",
  message: "Invalid session for the user, session can only be used once.",
};
export const FOREIGN = { name: "NotAuthorizedException", message: "Invalid session for the user." };
