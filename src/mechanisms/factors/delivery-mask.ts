// Amazon Cognito API: CodeDeliveryDetailsType, Destination. Enough for the owner to know it by, too little for anyone else.

const VISIBLE_DIGITS = 4;

/** `john@gmail.com` becomes `j***@g***`. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf("@");
  const first = (text: string): string => Array.from(text)[0] ?? "";
  return at < 0 ? `${first(address)}***` : `${first(address.slice(0, at))}***@${first(address.slice(at + 1))}***`;
}

/** `+12065559934` becomes `+*******9934`. A number too short to hide anything that way is hidden entirely. */
export function maskPhone(number: string): string {
  const digits = number.replace(/^\+/, "");
  const visible = digits.length > VISIBLE_DIGITS ? digits.slice(-VISIBLE_DIGITS) : "";
  return `+${visible.padStart(digits.length, "*")}`;
}
