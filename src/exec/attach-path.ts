/** Where the socket for those who attach to a container is. */

/** A file in the container's directory. */
export const ATTACH_SOCKET = 'attach';

/** Its path through a descriptor of that directory: the address of a socket has at most 107 bytes, see unix(7), and the store may lie deep. */
export function attachPath(directoryFd: number): string {
  return `/proc/self/fd/${directoryFd}/${ATTACH_SOCKET}`;
}
