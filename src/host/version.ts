/** Versions of the kernel and of programs. */

/** Whether a version such as "5.10.0-8-amd64" or "2.38.1" is at least that one. */
export function isAtLeast(text: string, major: number, minor: number): boolean {
  const [have = 0, below = 0] = text.split('.').map(part => Number.parseInt(part, 10));
  return have > major || (have === major && below >= minor);
}
