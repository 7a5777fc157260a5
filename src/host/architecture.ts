/** The machine's processor, in the words of Go, which images use. */

import process from 'node:process';

/** Where Node's words differ. */
const GO: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** GOARCH of this machine: amd64, arm64. */
export function architecture(): string {
  if (process.arch === 'ppc64') return 'ppc64le';
  return GO[process.arch] ?? process.arch;
}
