/** Java's `\s` without flags is ASCII only, unlike that of JavaScript. */
const space = " \\t\\n\\v\\f\\r";

const matchers = new Map<string, (value: string) => boolean>();

/**
 * Tells whether a whole value matches a pattern of the service models, which are written for Java. Time grows linearly
 * with the value, whatever it holds: patterns run on text that strangers send.
 */
export function matcher(pattern: string): (value: string) => boolean {
  const known = matchers.get(pattern) ?? markedText(pattern) ?? whole(pattern);
  matchers.set(pattern, known);
  return known;
}

function whole(pattern: string): (value: string) => boolean {
  const expression = javaExpression(pattern);
  return (value) => expression.test(value);
}

/** The same language in JavaScript, anchored at both ends. */
function javaExpression(pattern: string): RegExp {
  const dotAll = pattern.startsWith("(?s)");
  const source = pattern
    .slice(dotAll ? "(?s)".length : 0)
    // The same set of texts, without three repeats that compete for the same characters.
    .replace("[\\S]+.*[\\S]+", "[\\S][^\\n\\r]*[\\S]")
    .replaceAll("[\\S]", `[^${space}]`)
    .replaceAll("\\s", space);
  return new RegExp(`^(?:${source})$`, dotAll ? "us" : "u");
}

/**
 * Patterns such as `C*\{##C*##\}C*` ask for one alphabet throughout and some marks in order. As an expression they take
 * quadratic or cubic time (20,000 characters of an e-mail template: minutes), since the alphabet contains the marks. Taken
 * apart, they are one pass for the alphabet and one search for each mark: the earliest place of a mark leaves most room
 * for the next. Null for any other pattern.
 */
function markedText(pattern: string): ((value: string) => boolean) | null {
  const form = /^(?<alphabet>\[(?:\\.|[^\]\\])*\]|\.)(?<repeat>[*+])(?<rest>.+)\k<alphabet>\k<repeat>$/.exec(
    pattern,
  )?.groups;
  if (!form?.["alphabet"] || !form["rest"]) return null;
  const pieces = form["rest"].split(`${form["alphabet"]}${form["repeat"]}`);
  if (!pieces.every((piece) => /^(?:\\[{}]|[#@])+$/.test(piece))) return null;
  const marks = pieces.map((piece) => piece.replaceAll("\\", ""));
  const alphabet = javaExpression(`${form["alphabet"]}*`);
  if (!marks.every((mark) => alphabet.test(mark))) return null;
  const between = form["repeat"] === "+" ? 1 : 0;
  return (value) => {
    let at = 0;
    for (const mark of marks) {
      const found = value.indexOf(mark, at + between);
      if (found < 0) return false;
      at = found + mark.length;
    }
    return value.length - at >= between && alphabet.test(value);
  };
}
