/** Prints a table whose first column is text and whose others are numbers. */
export function print(title: string, heads: string[], rows: (string | number)[][]): void {
  const cells = [heads, ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? written(cell) : cell)))];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  console.log(`\n${title}\n\n${lines.join("\n")}`);
}

/** Three figures are as much as can be trusted. */
function written(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value) || value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
