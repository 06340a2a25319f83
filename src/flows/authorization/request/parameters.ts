/** Parameters of a request in their order, as they arrived. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** The value of a parameter that is there exactly once and not empty (RFC 6749 §3.1). */
export function only(parameters: Parameters, name: string): string | undefined {
  const values = parameters.filter(([each]) => each === name);
  return values.length === 1 ? values[0]?.[1] || undefined : undefined;
}
