/** A registry on loopback: Debian's docker-registry, with its data in a directory of the test. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface Registry {
  /** HOST:PORT. */
  readonly host: string;
  /** Where its blobs lie. */
  readonly data: string;
  /** Puts an image into it that lies in an OCI image layout, under NAME:TAG. Options are skopeo's. */
  push(layout: string, name: string, ...options: readonly string[]): void;
  stop(): Promise<void>;
}

/** Starts one below `dir`. */
export async function startRegistry(dir: string): Promise<Registry> {
  const port = await freePort();
  const data = join(dir, 'registry');
  const config = join(dir, 'registry.yml');
  const host = `127.0.0.1:${port}`;
  writeFileSync(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${data}}}\nhttp: {addr: "${host}"}\nlog: {level: error}\n`,
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  try {
    await answers(host, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    host,
    data,
    push: (layout, name, ...options) => {
      const argv = ['copy', '--quiet', '--insecure-policy', '--dest-tls-verify=false', ...options];
      const copied = spawnSync('skopeo', [...argv, `oci:${layout}`, `docker://${host}/${name}`], {
        encoding: 'utf8',
      });
      if (copied.status !== 0) throw new Error(`skopeo: ${copied.stderr}`);
    },
    stop: () =>
      new Promise(resolve => {
        child.on('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

async function answers(host: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    try {
      const { ok } = await fetch(`http://${host}/v2/`);
      if (ok) return;
    } catch {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
  throw new Error(`the registry on ${host} does not answer`);
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
