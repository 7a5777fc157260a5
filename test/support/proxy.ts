/** What stands between a registry and who asks it: notes each request, can be slow, and can give something else than was asked for. */

import { createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Proxy {
  /** HOST:PORT. */
  readonly host: string;
  /** Digests of the blobs that were fetched, 64 hexadecimal digits, in the order in which they were asked for; forgets them. */
  taken(): readonly string[];
  stop(): Promise<void>;
}

/** The most of an answer that is passed on at once, in bytes. */
const SLICE = 1 << 16;

/**
 * Starts one in front of a registry; between two slices of an answer it waits for so many milliseconds. `instead` tells the path that is asked for in the place
 * of the given one.
 */
export function startProxy(
  registry: string,
  wait = 0,
  instead: (path: string) => string = path => path,
): Promise<Proxy> {
  let blobs: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { url: path = '', method, headers } = incoming;
    const [, digest] = /\/blobs\/sha256:([0-9a-f]{64})$/.exec(path) ?? [];
    if (method === 'GET' && digest !== undefined) blobs.push(digest);
    const [hostname = '', port = ''] = registry.split(':');
    const onwards = request({ hostname, port, path: instead(path), method, headers }, async answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      for await (const part of answer)
        for (let at = 0; at < part.length; at += SLICE) {
          outgoing.write(part.subarray(at, at + SLICE));
          if (wait > 0) await sleep(wait);
        }
      outgoing.end();
    });
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        host: `127.0.0.1:${port}`,
        taken: () => {
          const before = blobs;
          blobs = [];
          return before;
        },
        stop: () =>
          new Promise(stopped => {
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}
