/** Pages of this machine, for the browser under test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
};

/** Files that are being served. */
export interface Served {
  /** `http://127.0.0.1:port`, to which browsers grant what they grant to secure pages. */
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Serves files on 127.0.0.1, at a port that is free.
 * @param files contents by path, such as `/index.html`; all else is not found
 */
export async function serve(files: Readonly<Record<string, string>>): Promise<Served> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    if (content === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' })
        .end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
