// What values of standard attributes look like, and so how a name is told to be an address or a number.

/** No white space, controls or signs that a mail header gives a meaning to: what is stored is put into headers later. */
const EMAIL =
  /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;
/** RFC 5321 §4.5.3.1.3: a path has 256 octets with its brackets. */
const LONGEST_EMAIL = 254;

/** Whether a text is an e-mail address that mail can be sent to: local part, `@`, domain of at least two labels. */
export const isEmail = (text: string): boolean => text.length <= LONGEST_EMAIL && EMAIL.test(text);

/** Whether a text is a phone number in the form of E.164: `+` and at most fifteen digits. */
export const isPhone = (text: string): boolean => /^\+[0-9]{1,15}$/.test(text);

/**
 * Whether a text can be a username: at most 128 characters, and neither spaces nor controls (Cognito API:
 * UsernameType).
 */
export const isUsername = (text: string): boolean => /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(text);

/** Whether a text is a day, `YYYY-MM-DD`; the year may be 0000 (OpenID Connect Core 1.0 §5.1, birthdate). */
export const isBirthdate = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text);

/** Whether a text is a decimal number. */
export const isNumber = (text: string): boolean => /^-?\d{1,40}(?:\.\d{1,40})?$/.test(text);

/** Whether a text is a moment: a date or date-time of RFC 3339, or seconds since 1970. */
export const isDateTime = (text: string): boolean =>
  /^\d{1,12}$/.test(text) ||
  (/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text.replace(" ", "T"))));
