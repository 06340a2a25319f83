/** Another code of the same length. */
export const wrongCode = (code: string): string => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10);
