/** RFC 6749 §5.2: what an `error_description` may hold, %x20-21 / %x23-5B / %x5D-7E. Text of owners' code may hold anything. */
export const describable = (text: string): string =>
  text
    .slice(0, 1_024)
    .replace(/[^\x21\x23-\x5b\x5d-\x7e]+/g, " ")
    .trim();
