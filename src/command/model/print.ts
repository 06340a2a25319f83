const width = 120;

/**
 * JSON laid out as the formatter of this project would leave it: what fits on a line stays on it, so that a shape is one
 * line, or a few, in a diff.
 */
export function print(value: unknown, indent = "", used = 0): string {
  const line = onOneLine(value);
  const top = indent === "";
  if (!top && indent.length + used + line.length + ",".length <= width) return line;
  if (typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const rows = Array.isArray(value)
    ? value.map((item) => inner + print(item, inner))
    : Object.entries(value).map(([key, item]) => {
        const label = `${JSON.stringify(key)}: `;
        return inner + label + print(item, inner, label.length);
      });
  return `${open}\n${rows.join(",\n")}\n${indent}${close}${top ? "\n" : ""}`;
}

function onOneLine(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
