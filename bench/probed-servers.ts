/**
 * What the probes of the `health` benchmark ask: HTTP servers that answer 200 with a short body. Run as a process of its
 * own, so that answering is not counted: `probed-servers.js COUNT`; sends the ports to its parent.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const count = Number(process.argv[2]);
const ports: number[] = [];
for (let server = 0; server < count; server++) ports.push(await listen());
process.send?.(ports);

function listen(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((_, response) => {
      response.end('ok');
    });
    server.listen(0, '127.0.0.1', 1024, () => resolve((server.address() as AddressInfo).port));
  });
}
