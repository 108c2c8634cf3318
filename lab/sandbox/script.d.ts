/** The library's part of a learner's program, as text: vite.sandbox.config.ts makes it. */
declare module 'virtual:sandbox-script' {
  const text: string;
  export default text;
}
