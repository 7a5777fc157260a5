/** Files that the bundle has as text: the build loads *.page.css and *.page.js so. */

declare module '*.page.css' {
  const text: string;
  export default text;
}

declare module '*.page.js' {
  const text: string;
  export default text;
}
