/** A file's text: Vite's `?raw`, which the build gives esbuild too. */
declare module '*?raw' {
  const text: string;
  export default text;
}
