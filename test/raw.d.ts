/** A file as text, where the test runner brings it along. */
declare module "*?raw" {
  const text: string;
  export default text;
}
